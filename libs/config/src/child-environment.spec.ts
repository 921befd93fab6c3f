import { childEnvironment } from './child-environment.js';

describe('the environment of a child process', () => {
  it('is that of its parent with what the child needs over it', () => {
    expect(childEnvironment({ PORT: '1' }, { PORT: '2', HOME: '/h' })).toMatchObject({ PORT: '1', HOME: '/h' });
  });

  it('has no variable both by itself and as a file', () => {
    expect(childEnvironment({ KEY_FILE: '/k' }, { KEY: 'secret' }).KEY).toBeUndefined();
    expect(childEnvironment({ KEY: 'secret' }, { KEY_FILE: '/k' }).KEY_FILE).toBeUndefined();
  });
});
