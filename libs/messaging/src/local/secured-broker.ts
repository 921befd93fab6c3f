/** Passwords by name. */
export type ScramUsers = Readonly<Record<string, string>>;

/** A broker that believes nobody without a password, and lets everybody do only what its ACLs say. */
export interface Secured {
  readonly users: ScramUsers;
  /** The one of them who may do everything. */
  readonly superuser: string;
}

export const scramArguments = (users: ScramUsers): string[] =>
  Object.entries(users).flatMap(([name, password]) => ['--add-scram', `SCRAM-SHA-512=[name=${name},password=${password}]`]);

const MECHANISM = 'SCRAM-SHA-512';

/** Settings over those of `deploy/kafka/server.properties`. The controller's own listener takes no part: nobody else reaches it. */
export const securedSettings = ({ users, superuser }: Secured, port: number, controllerPort: number): Readonly<Record<string, string>> => ({
  listeners: `SASL_PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
  'advertised.listeners': `SASL_PLAINTEXT://127.0.0.1:${port}`,
  'listener.security.protocol.map': 'SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
  'inter.broker.listener.name': 'SASL_PLAINTEXT',
  'sasl.enabled.mechanisms': MECHANISM,
  'sasl.mechanism.inter.broker.protocol': MECHANISM,
  [`listener.name.sasl_plaintext.${MECHANISM.toLowerCase()}.sasl.jaas.config`]:
    `org.apache.kafka.common.security.scram.ScramLoginModule required username="${superuser}" password="${users[superuser] ?? ''}";`,
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': `User:${superuser};User:ANONYMOUS`,
});
