export { Cloudmore, type ReadOptions } from './cloudmore.js';
