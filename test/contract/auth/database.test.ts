import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { checkDatabase, connectDatabase, type Statements } from '../../../services/auth/database/database.ts';
import { waitForDatabase } from '../../../services/auth/database/wait-for-database.ts';
import { AppError, isAppError } from '../../../services/shared/runtime/errors.ts';
import { createDatabase, silent, skip } from './database-for-test.ts';

const isUnavailable = (error: unknown) => isAppError(error, 'unavailable');
/** Nothing listens on port 1. */
const nowhere = () => connectDatabase('mysql://auth:hunter2@127.0.0.1:1/auth');

describe('connectDatabase', () => {
  it('passes parameters as values and not as SQL, and returns dates as UTC with milliseconds', {
    skip,
  }, async (t) => {
    const [database] = await createDatabase(t);
    await database.change('CREATE TABLE things (name VARCHAR(99) CHARACTER SET utf8mb4, at DATETIME(3))');
    const name = `'); DROP TABLE things; -- " \\ 🎬`;
    const at = new Date('2030-03-31T01:30:00.123Z');
    assert.equal(await database.change('INSERT INTO things VALUES (?, ?)', [name, at]), 1);
    assert.deepEqual(
      [...(await database.rows('SELECT * FROM things WHERE name = ?', [name]))],
      [{ name, at }],
    );
    const [text] = await database.rows<{ at: string }>('SELECT CAST(at AS CHAR) AS at FROM things');
    assert.equal(text?.at, '2030-03-31 01:30:00.123');
  });

  it('throws `unavailable` for a statement that takes too long, and does not use its connection again', {
    skip,
  }, async (t) => {
    const [database] = await createDatabase(t);
    await assert.rejects(database.rows('SELECT SLEEP(60)'), isUnavailable);
    // On the same connection, it would wait for the end of the other one, and be given up like that.
    await database.rows('SELECT 1');
  });

  it('replaces a connection that the server closed', { skip }, async (t) => {
    const [database] = await createDatabase(t);
    const [row] = await database.rows<{ id: number }>('SELECT CONNECTION_ID() AS id');
    await database.change(`KILL ${Number(row?.id)}`).catch(() => undefined);
    await sleep(50);
    assert.equal((await database.rows('SELECT 1')).length, 1);
  });

  it('does not report a fault in the SQL as `unavailable`', { skip }, async (t) => {
    const [database] = await createDatabase(t);
    await assert.rejects(database.rows('SELEKT 1'), { code: 'ER_PARSE_ERROR' });
  });

  it('throws `unavailable` for every statement without a server, and keeps the password out of the error', async (t) => {
    const database = nowhere();
    t.after(() => database.close());
    await assert.rejects(database.rows('SELECT 1'), (error: Error) => {
      const cause = error.cause as Error;
      return (
        isUnavailable(error) && cause.message.includes('ECONNREFUSED') && !cause.message.includes('hunter2')
      );
    });
    await assert.rejects(checkDatabase(database, AbortSignal.timeout(1000)), isUnavailable);
  });
});

describe('Database.inTransaction', () => {
  it('shows nothing to others before its end, and all of it afterwards', { skip }, async (t) => {
    const [one, two] = await createDatabase(t, 2);
    await one.change('CREATE TABLE things (id INT PRIMARY KEY) ENGINE = InnoDB');
    const count = async () => (await two?.rows('SELECT id FROM things'))?.length;
    const result = await one.inTransaction(async ({ change }) => {
      await change('INSERT INTO things VALUES (1)');
      await change('INSERT INTO things VALUES (2)');
      assert.equal(await count(), 0);
      return 'done';
    });
    assert.deepEqual([result, await count()], ['done', 2]);
  });

  for (const [what, fail] of [
    ['throws', () => Promise.reject(new Error('badly'))],
    ['meets a duplicate', (change) => change('INSERT INTO things VALUES (1)')],
  ] as [string, (change: Statements['change']) => Promise<unknown>][])
    it(`takes no effect when its work ${what}`, { skip }, async (t) => {
      const [database] = await createDatabase(t);
      await database.change('CREATE TABLE things (id INT PRIMARY KEY) ENGINE = InnoDB');
      await database.change('INSERT INTO things VALUES (1)');
      const work = database.inTransaction(async ({ change }) => {
        await change('INSERT INTO things VALUES (2)');
        await fail(change);
      });
      await assert.rejects(work, (error) => !isUnavailable(error));
      // Not within the transaction either, where its connection is used again.
      assert.deepEqual([...(await database.rows('SELECT id FROM things'))], [{ id: 1 }]);
    });

  const ID = 'SELECT CONNECTION_ID() AS id';
  const idOf = async ({ rows }: Statements) => (await rows<{ id: number }>(ID))[0]?.id;

  for (const [what, fail] of [
    ['its work refuses a request', () => Promise.reject(new AppError('link_expired', 'no'))],
    ['its work throws', () => Promise.reject(new Error('badly'))],
    ['the server refuses a statement', ({ rows }) => rows('SELECT * FROM nowhere')],
  ] as [string, (statements: Statements) => Promise<unknown>][])
    it(`keeps its connection, and no transaction on it, when ${what}`, { skip }, async (t) => {
      const [database, other] = await createDatabase(t, 2);
      await database.change('CREATE TABLE things (id INT PRIMARY KEY) ENGINE = InnoDB');
      const id = await idOf(database);
      for (let number = 0; number < 3; number++) {
        const work = database.inTransaction(async (statements) => {
          await statements.change('INSERT INTO things VALUES (1)');
          await fail(statements);
        });
        await assert.rejects(work, (error) => !isUnavailable(error));
      }
      assert.equal(await idOf(database), id);
      assert.deepEqual([...(await database.rows('SELECT id FROM things'))], []);
      // It holds no lock any more.
      assert.equal(await other?.change('INSERT INTO things VALUES (1)'), 1);
    });

  it('closes its connection when that cannot take the transaction back', { skip }, async (t) => {
    const [database, other] = await createDatabase(t, 2);
    let id: number | undefined;
    const work = database.inTransaction(async (statements) => {
      id = await idOf(statements);
      await other?.change(`KILL ${Number(id)}`);
      throw new AppError('link_expired', 'no');
    });
    await assert.rejects(work, { code: 'link_expired' });
    assert.notEqual(await idOf(database), id);
  });

  it('runs no statement of work that goes on after its end', { skip }, async (t) => {
    const [database] = await createDatabase(t);
    await database.change('CREATE TABLE things (id INT PRIMARY KEY) ENGINE = InnoDB');
    const late = Promise.withResolvers<Statements>();
    const work = database.inTransaction(async (statements) => {
      late.resolve(statements);
      throw new AppError('link_expired', 'no');
    });
    await assert.rejects(work, { code: 'link_expired' });
    const { change } = await late.promise;
    await assert.rejects(change('INSERT INTO things VALUES (1)'), /transaction.*has ended/);
    assert.deepEqual([...(await database.rows('SELECT id FROM things'))], []);
  });
});

describe('Database.withLock', () => {
  it('excludes other replicas until its work has ended or failed', { skip }, async (t) => {
    const [one, two] = await createDatabase(t, 2);
    const order: string[] = [];
    const holder = one.withLock('job', 5, async () => {
      order.push('one');
      await sleep(100);
      order.push('one ends');
      throw new Error('badly');
    });
    await sleep(30);
    const next = two?.withLock('job', 5, async () => order.push('two'));
    await assert.rejects(holder, /badly/);
    await next;
    assert.deepEqual(order, ['one', 'one ends', 'two']);
  });

  it('throws `unavailable` for a lock that is not free in time, and separates the locks of databases', {
    skip,
  }, async (t) => {
    const [one, two] = await createDatabase(t, 2);
    const [elsewhere] = await createDatabase(t);
    await one.withLock('job', 1, async () => {
      await assert.rejects(async () => two?.withLock('job', 0, async () => undefined), isUnavailable);
      assert.equal(await elsewhere.withLock('job', 0, async () => 'free'), 'free');
    });
  });
});

describe('waitForDatabase', () => {
  it('waits for the server, logs that, and fails in the end', async (t) => {
    const database = nowhere();
    t.after(() => database.close());
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
    await assert.rejects(waitForDatabase(database, 1, log), /MySQL did not answer in 1 s/);
    assert.ok(lines.length > 0);
    assert.match(String(lines[0]), /ECONNREFUSED.*waiting for MySQL/);
  });

  it('does not wait when the server refuses the user', { skip }, async (t) => {
    const url = new URL(String(process.env.TEST_MYSQL_URL));
    url.username = 'nobody_at_all';
    url.password = 'hunter2';
    url.pathname = '/auth';
    const database = connectDatabase(url.href);
    t.after(() => database.close());
    await assert.rejects(waitForDatabase(database, 60, silent), { code: 'ER_ACCESS_DENIED_ERROR' });
  });
});
