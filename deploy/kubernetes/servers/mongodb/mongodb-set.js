// Run by mongosh. Creates a replica set, since transactions need one, and two users: root and the services' user. If they exist,
// changes the members and the users to the wanted state. Idempotent.
//
// A cluster sets MEMBERS and MONGODB_KEY; the script then runs in any pod. Docker Compose sets neither; the script then runs
// in the network of the only server. It is in this folder because kustomize reads no files outside of a kustomization.
const { MEMBERS, MONGODB_KEY, MONGODB_ROOT_PASSWORD, MONGODB_PASSWORD } = process.env;
const hosts =
  MEMBERS === undefined
    ? ['127.0.0.1:27017']
    : Array.from({ length: Number(MEMBERS) }, (_, n) => `mongodb-${n}.mongodb:27017`);
const AUTHENTICATION_FAILED = 18;

const users = [
  { user: 'root', pwd: MONGODB_ROOT_PASSWORD, roles: ['root'] },
  { user: 'mp3converter', pwd: MONGODB_PASSWORD, roles: [{ role: 'readWrite', db: 'mp3converter' }] },
];

/** Opens the admin database with the members' key as `__system`, or as root; `isNew` if there is no root user yet. */
function open(address) {
  const connect = (credentials, options) =>
    new Mongo(`mongodb://${credentials}${address}&serverSelectionTimeoutMS=5000${options}`).getDB('admin');
  if (MONGODB_KEY) {
    const admin = connect(`__system:${encodeURIComponent(MONGODB_KEY)}@`, '&authSource=local');
    return { admin, isNew: false };
  }
  const admin = connect('', '');
  try {
    admin.auth('root', MONGODB_ROOT_PASSWORD);
    return { admin, isNew: false };
  } catch (error) {
    if (error.code !== AUTHENTICATION_FAILED) throw error;
    // The localhost exception: while there is no user, a client on the same machine may create the first one.
    return { admin: connect('', ''), isNew: true };
  }
}

const { admin: first, isNew } = open(`${hosts[0]}/?directConnection=true`);
try {
  const members = hosts.map((host, _id) => ({ _id, host }));
  first.runCommand({ replSetInitiate: { _id: 'rs0', members } });
  print(`Created a replica set of ${hosts.length}`);
} catch (error) {
  if (error.codeName !== 'AlreadyInitialized') throw error;
}
const hasPrimary = ({ isWritablePrimary, primary }) => (isNew ? isWritablePrimary : primary);
for (let tries = 0; !hasPrimary(first.hello()); tries++) {
  if (tries > 300) throw new Error('MongoDB has no primary after 30 s.');
  sleep(100);
}
if (isNew) first.createUser(users[0]);

const { admin } = open(`${hosts.join(',')}/?replicaSet=rs0`);
const { config } = admin.runCommand({ replSetGetConfig: 1 });
// MongoDB allows only one member to be added at a time, so that old and new majorities overlap.
for (const host of hosts)
  if (!config.members.some((member) => member.host === host)) {
    config.members.push({ _id: Math.max(...config.members.map(({ _id }) => _id)) + 1, host });
    config.version++;
    admin.runCommand({ replSetReconfig: config });
    print(`${host} joined`);
  }

for (const { user, ...wanted } of users)
  if (admin.getUser(user)) admin.updateUser(user, wanted);
  else admin.createUser({ user, ...wanted });
