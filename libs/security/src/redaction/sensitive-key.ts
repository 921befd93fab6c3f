/** Words that name a secret wherever they stand in a key, however it is spelled: `accessToken`, `X-Api-Key`, `db_password`. */
const WORDS = new Set([
  'password', 'passwd', 'pwd', 'passphrase', 'passcode', 'secret', 'token', 'jwt', 'bearer', 'authorization', 'cookie', 'credential', 'credentials',
  'apikey', 'accesskey', 'secretkey', 'privatekey', 'signingkey', 'clientsecret', 'authtoken', 'accesstoken', 'refreshtoken', 'sessiontoken', 'idtoken',
  'otp', 'cvv', 'cvc', 'ssn',
]);
const PAIRS = new Set(['api key', 'access key', 'secret key', 'private key', 'signing key', 'encryption key', 'session key']);
/** A reference names where a secret lies, and is meant to be read. */
const REFERENCE = new Set(['ref', 'reference']);

const known = new Map<string, boolean>();
const MOST_KNOWN = 10_000;

/** Whether a member's name says that its value is a secret. */
export function isSensitiveKey(key: string): boolean {
  let answer = known.get(key);
  if (answer === undefined) {
    answer = judge(key);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, answer);
  }
  return answer;
}

function judge(key: string): boolean {
  const words = key
    .slice(0, 256)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  return words.some((word, i) => {
    const next = words[i + 1] ?? '';
    return (WORDS.has(word) && !REFERENCE.has(next)) || PAIRS.has(`${word} ${next}`);
  });
}
