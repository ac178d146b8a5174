/**
 * Names that stand in transcripts for ids nobody can read. Rules look at the form of some of them (a GUID, twenty hexadecimal digits), so the world has the
 * ids and the text has the names. What is in `<…>` stands for a hash: of an item in a charge's key, of a licence without subscription in its contract's number.
 */
const IDS: Record<string, string> = {
  'sub-1': '11111111-1111-4111-8111-111111111111',
  CFQ7TTC0LCHC: 'CFQ7TTC0LCHC-0002-P1Y-Monthly',
  cfq7ttc0lchc: 'cfq7ttc0lchc-0002-p1y-monthly',
  'legacy-code': '91fd106f-4b2c-4938-95ac-f54f74e9a239',
  'LEGACY-code': '91FD106F-4b2c-4938-95ac-f54f74e9a239',
  '<premium>': '67ef780e827fa543a961',
  '<azure>': 'dbdd6cc021e5f5580b52',
  '<marketplace>': 'a51a7bf63074e0562486',
  '<legacy>': '783b931d224fac186f27',
  '<new>': '82faba62dc8a48be41ea',
  '<up>': '7acef0ad5cad97635f93',
  '<old>': 'cbd17f01ab217d24a841',
  '<listed>': 'd01b47b495bd7061a248',
  '<s-azure>': '595aa0d5a2665f88c14c',
  '<s-classic>': 'c1ba9a20f012777dbb13',
  '<s-market>': 'f92700b86770d3fb15d6',
  '<s-2 marketplace>': 'fcc53d456e151fb9632c',
  '<s-2 old>': 'ec775a668bddea78a8a9',
  '<perpetual>': 'd832508982fcedaee0650367d815510e',
  '<perpetual DG7GMGF0>': 'bf9abca3a3147ec58b5d64e5495bf64a',
  '<A product>': 'edfa78fdb57f3448a18c4f32805eb794',
  '<b product>': '06790161e82bbd32975954d777c231fe',
  '<unclassified>': 'de4afe15736d9e9d1565caa7793baf14',
  '<0>': '0'.repeat(20),
  '<a>': 'a'.repeat(20),
  '<b>': 'b'.repeat(20),
  '<c>': 'c'.repeat(20),
  '<d>': 'd'.repeat(20),
  '<e>': 'e'.repeat(20),
  '<f>': 'f'.repeat(20),
};

const replacer = (pairs: [from: string, to: string][]): ((text: string) => string) => {
  const to = new Map(pairs);
  const longestFirst = pairs.map(([from]) => from).sort((left, right) => right.length - left.length);
  const escaped = longestFirst.map((from) => from.replace(/[-<>]/g, '\\$&'));
  const pattern = new RegExp(`(?<![\\w])(?:${escaped.join('|')})(?![\\w])`, 'g');
  return (text) => text.replace(pattern, (from) => to.get(from)!);
};

/** Names to ids, before a world is read. */
export const withIds = replacer(Object.entries(IDS));
/** Ids to names, before an output is shown. */
export const withNames = replacer(Object.entries(IDS).map(([name, id]) => [id, name]));
