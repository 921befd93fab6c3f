export { golden, type Overrides } from './golden.js';
export { GOLDENS, GOLDEN_FILES } from './goldens.js';
