// Run by mongosh, from any pod: creates a replica set of MEMBERS servers and two users, root and the one of the services, or
// updates the members and passwords of an existing set. Idempotent.
const { MEMBERS, MONGODB_KEY, MONGODB_ROOT_PASSWORD, MONGODB_PASSWORD } = process.env;
const hosts = Array.from({ length: Number(MEMBERS) }, (_, n) => `mongodb-${n}.mongodb:27017`);
// The internal user of replica set members, whose password is their shared key. Only this user can log in before others exist.
const __system = encodeURIComponent(MONGODB_KEY);
const connect = (where) =>
  new Mongo(`mongodb://__system:${__system}@${where}&authSource=local&serverSelectionTimeoutMS=5000`).getDB(
    'admin',
  );

const first = connect(`${hosts[0]}/?directConnection=true`);
try {
  const members = hosts.map((host, _id) => ({ _id, host }));
  first.runCommand({ replSetInitiate: { _id: 'rs0', members } });
  print(`Created a replica set of ${hosts.length}`);
} catch (error) {
  if (error.codeName !== 'AlreadyInitialized') throw error;
}
for (let tries = 0; !first.hello().primary; tries++) {
  if (tries > 300) throw new Error('MongoDB has no primary after 30 s.');
  sleep(100);
}

const admin = connect(`${hosts.join(',')}/?replicaSet=rs0`);
const { config } = admin.runCommand({ replSetGetConfig: 1 });
// MongoDB allows only one member to be added at a time, so that old and new majorities overlap.
for (const host of hosts)
  if (!config.members.some((member) => member.host === host)) {
    config.members.push({ _id: Math.max(...config.members.map(({ _id }) => _id)) + 1, host });
    config.version++;
    admin.runCommand({ replSetReconfig: config });
    print(`${host} joined`);
  }

const users = [
  { user: 'root', pwd: MONGODB_ROOT_PASSWORD, roles: ['root'] },
  { user: 'mp3converter', pwd: MONGODB_PASSWORD, roles: [{ role: 'readWrite', db: 'mp3converter' }] },
];
for (const { user, ...wanted } of users)
  if (admin.getUser(user)) admin.updateUser(user, wanted);
  else admin.createUser({ user, ...wanted });
