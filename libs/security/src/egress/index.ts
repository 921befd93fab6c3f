export { canonicalUrl, pathFault, segmentFault, MAX_URL_LENGTH, type CanonicalUrl, type Refusal, type UrlRule } from './canonical-url.js';
export { classifyAddress, type AddressClass, type ClassifiedAddress } from './address-class.js';
export { compileEgressPolicy, type AllowRule, type CompiledEgressPolicy, type EgressRules } from './policy.js';
export { decideAddresses, decideUrl, type AddressContext, type AddressDecision, type EgressCall, type UrlDecision } from './decide.js';
