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
  const { code, syscall, path } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  return { code: textOf(code), syscall: textOf(syscall), path: textOf(path) };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
