export { eventually } from './eventually.js';
export { testCaller, testEnvironment, testToken } from './test-environment.js';
export { testService, type EventHandler, type TestAnswer, type TestRequest, type TestService, type TestServiceOptions } from './test-service.js';
