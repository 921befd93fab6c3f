/** The ways in which a destination may hand a secret back. */
export const secretEncodings = (secret: string): Readonly<Record<string, string>> => ({
  plain: secret,
  base64: Buffer.from(secret).toString('base64'),
  base64url: Buffer.from(secret).toString('base64url'),
  percent: encodeURIComponent(secret),
});
