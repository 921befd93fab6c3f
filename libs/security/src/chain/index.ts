export { canonical } from './canonical.js';
export {
  CHAIN_FAULTS, GENESIS, linkEntry, prepareEntry, verifyChain, type ChainEntry, type ChainFault, type ChainHead, type ChainVerdict,
  type LinkedEntry, type PreparedEntry, type VerifyOptions,
} from './chain.js';
export { digest, keyedDigest, keyedDigestOf, sha256 } from './digest.js';
export { signerOf, verifierOf, type Checkpoint, type Signed, type Signer, type Tombstone } from './signed.js';
export { ExportedChain, type KnownOfChain } from './verify-export.js';
