import { propertiesOf } from './http/properties.js';

/** Files that people name: what is wrong with the path, in words instead of the system's. */

const WHY: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'this user has no right to it',
  EPERM: 'this user has no right to it',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
};

/** Why a file could not be used, half a sentence; null for what is no such error. A program that cannot be started looks nearly the same. */
export function whyNoFile(error: unknown): string | null {
  const { code, syscall } = fieldsOf(error);
  return syscall === '' || syscall.startsWith('spawn') ? null : (WHY[code] ?? null);
}

/** Whether the file, or a folder on the way to it, is not there. */
export const isMissing = (error: unknown): boolean => hasCode(error, 'ENOENT');
export const hasCode = (error: unknown, code: string): boolean => fieldsOf(error).code === code;

/** The path that the error names, where it names one. */
export const pathOf = (error: unknown): string => fieldsOf(error).path || 'a file';

function fieldsOf(error: unknown): Record<'code' | 'syscall' | 'path', string> {
  const { code, syscall, path } = propertiesOf(error);
  return { code: textOf(code), syscall: textOf(syscall), path: textOf(path) };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Of Windows, of everything else, and of the Macs of old, which some programs still write. */
export const LINE_END = /\r\n|\r|\n/;

/**
 * The text of a file that a person's editor wrote: UTF-8 with or without a byte order mark, UTF-16 as Windows says "Unicode", and what is neither in the
 * letters of western Windows, as Excel writes a CSV.
 */
export function decodeText(bytes: Uint8Array): string {
  const utf16 = utf16Of(bytes);
  if (utf16 !== null) return new TextDecoder(utf16).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** By its mark, or by the zero byte that stands next to every Latin letter. */
function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (bytes.length < 2 || bytes.length % 2 !== 0) return null;
  if (first !== 0 && second === 0) return 'utf-16le';
  return first === 0 && second !== 0 ? 'utf-16be' : null;
}
