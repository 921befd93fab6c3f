export { canonical } from './canonical.js';
export {
  CHAIN_FAULTS, GENESIS, linkEntry, prepareEntry, verifyChain, type ChainEntry, type ChainFault, type ChainHead, type ChainVerdict,
  type PreparedEntry, type VerifyOptions,
} from './chain.js';
export { digest, keyedDigest, keyedDigestOf, sha256 } from './digest.js';
