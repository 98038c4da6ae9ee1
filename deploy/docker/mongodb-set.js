// Run by mongosh in the network of the server: creates a replica set with one member (transactions need a set) and two users,
// root and the one of the services. Idempotent.
const { MONGODB_ROOT_PASSWORD, MONGODB_PASSWORD } = process.env;
const connect = () => new Mongo('mongodb://127.0.0.1:27017/?directConnection=true').getDB('admin');

let admin = connect();
const isNew = (() => {
  try {
    admin.auth('root', MONGODB_ROOT_PASSWORD);
    return false;
  } catch (error) {
    if (error.code !== 18) throw error;
    return true;
  }
})();
if (isNew) {
  // MongoDB's localhost exception: as long as no user exists, a local client may create the first one.
  admin = connect();
  try {
    admin.runCommand({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host: '127.0.0.1:27017' }] } });
  } catch (error) {
    if (error.codeName !== 'AlreadyInitialized') throw error;
  }
}
for (let tries = 0; !admin.hello().isWritablePrimary; tries++) {
  if (tries > 300) throw new Error('MongoDB did not become primary within 30 s.');
  sleep(100);
}
if (isNew) {
  admin.createUser({ user: 'root', pwd: MONGODB_ROOT_PASSWORD, roles: ['root'] });
  admin.auth('root', MONGODB_ROOT_PASSWORD);
}
if (!admin.getUser('mp3converter'))
  admin.createUser({
    user: 'mp3converter',
    pwd: MONGODB_PASSWORD,
    roles: [{ role: 'readWrite', db: 'mp3converter' }],
  });
