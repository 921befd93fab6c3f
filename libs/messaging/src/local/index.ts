export { javaAndMavenFound } from './java-and-maven.js';
export { startLocalKafka, type LocalKafka, type LocalKafkaOptions } from './start-local-kafka.js';
