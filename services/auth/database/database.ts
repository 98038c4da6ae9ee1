import { createPool, type PoolConnection, type ResultSetHeader } from 'mysql2/promise';
import { unavailable } from '../../shared/runtime/errors.ts';
import { isConnectionError, isDuplicate, isLockFailure } from './database-errors.ts';

const CONNECTIONS = 8;
const MAX_WAITING = 256;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 5_000;

type Value = string | number | Date | null;

/** Runs prepared statements, so that a value never becomes part of the SQL, or of an error that is logged. */
export interface Statements {
  rows<Row>(sql: string, values?: Value[]): Promise<Row[]>;
  /** Returns the number of rows that matched. */
  change(sql: string, values?: Value[]): Promise<number>;
}

/** Runs statements, also several of them in one transaction. */
export interface Transactions extends Statements {
  /** Does `work` in one transaction. When it throws, none of its statements takes effect. */
  inTransaction<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
}

/** MySQL or MariaDB. Every method throws `unavailable` when the server cannot be reached. */
export interface Database extends Transactions {
  /**
   * Does `work` while no other replica holds the lock of that name on this database. The statements of the work run on the
   * connection that holds the lock, so that they fail when the lock is lost.
   * @param seconds the longest wait for the lock, and the time limit of each statement
   */
  withLock<T>(name: string, seconds: number, work: (statements: Statements) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Connects with the first statement. @param url `mysql://user:password@host:port/database` */
export function connectDatabase(url: string): Database {
  const pool = createPool({
    uri: url,
    charset: 'utf8mb4',
    timezone: 'Z',
    connectTimeout: CONNECT_TIMEOUT_MS,
    connectionLimit: CONNECTIONS,
    queueLimit: MAX_WAITING,
    enableKeepAlive: true,
  });

  /**
   * @param mayStay whether the connection is in order after an error of `work`. Any other is closed, which ends a statement that timed
   *   out and still runs, and a transaction, and releases a lock.
   */
  async function withConnection<T>(
    work: (connection: PoolConnection) => Promise<T>,
    mayStay: (error: unknown, connection: PoolConnection) => boolean | Promise<boolean>,
  ): Promise<T> {
    let connection: PoolConnection | undefined;
    try {
      connection = await pool.getConnection();
      const result = await work(connection);
      connection.release();
      return result;
    } catch (error) {
      if (connection && (await mayStay(error, connection))) connection.release();
      else connection?.destroy();
      throw isConnectionError(error) ? unavailable('the database', error) : error;
    }
  }

  const use = <T>(work: (statements: Statements) => Promise<T>): Promise<T> =>
    withConnection(
      (connection) => work(statementsOn(connection, STATEMENT_TIMEOUT_MS)),
      (error) => isDuplicate(error) || isLockFailure(error),
    );

  return {
    rows: (sql, values) => use((statements) => statements.rows(sql, values)),
    change: (sql, values) => use((statements) => statements.change(sql, values)),
    inTransaction: (work) => withConnection((connection) => transact(connection, work), rollBack),
    withLock: (name, seconds, work) =>
      withConnection(
        async (connection) => {
          const statements = statementsOn(connection, seconds * 1000 + STATEMENT_TIMEOUT_MS);
          // Such a lock belongs to the whole server, so its name contains that of the database. The name is hashed, because it
          // must not exceed 64 characters.
          const lock = "SHA1(CONCAT(DATABASE(), ':', ?))";
          const [reply] = await statements.rows<{ held: number | null }>(
            `SELECT GET_LOCK(${lock}, ?) AS held`,
            [name, seconds],
          );
          if (Number(reply?.held) !== 1) throw unavailable(`the database lock ${name}`);
          const result = await work(statements);
          await statements.rows(`SELECT RELEASE_LOCK(${lock})`, [name]);
          return result;
        },
        () => false,
      ),
    close: () => pool.end(),
  };
}

const run = (connection: PoolConnection, sql: string) =>
  connection.query({ sql, timeout: STATEMENT_TIMEOUT_MS });

async function transact<T>(
  connection: PoolConnection,
  work: (statements: Statements) => Promise<T>,
): Promise<T> {
  await run(connection, 'START TRANSACTION');
  const { rows, change } = statementsOn(connection, STATEMENT_TIMEOUT_MS);
  let hasEnded = false;
  // A part of the work that goes on after another one has failed must not run its statements outside of the transaction.
  const requireOpen = (): void => {
    if (hasEnded) throw new Error('the transaction of this statement has ended');
  };
  try {
    const result = await work({
      async rows(...statement) {
        requireOpen();
        return rows(...statement);
      },
      async change(...statement) {
        requireOpen();
        return change(...statement);
      },
    });
    await run(connection, 'COMMIT');
    return result;
  } finally {
    hasEnded = true;
  }
}

/**
 * Takes the transaction back, so that a request that is refused costs no connection. Returns false where the connection has failed,
 * or a statement may still run on it.
 */
async function rollBack(error: unknown, connection: PoolConnection): Promise<boolean> {
  if (isConnectionError(error) && !isLockFailure(error)) return false;
  return run(connection, 'ROLLBACK').then(
    () => true,
    () => false,
  );
}

function statementsOn(connection: PoolConnection, timeout: number): Statements {
  return {
    async rows<Row>(sql: string, values: Value[] = []) {
      const [rows] = await connection.execute({ sql, timeout }, values);
      return rows as Row[];
    },
    async change(sql, values = []) {
      const [result] = await connection.execute<ResultSetHeader>({ sql, timeout }, values);
      return result.affectedRows;
    },
  };
}

/** Rows that one statement deletes, so that none comes near its time limit or holds many locks. */
const DELETE_ROWS = 1_000;

/** Deletes all rows that match, in several statements. @param sql a DELETE of one table, without LIMIT */
export async function deleteInBatches({ change }: Statements, sql: string, values: Value[]): Promise<void> {
  while ((await change(`${sql} LIMIT ${DELETE_ROWS}`, values)) === DELETE_ROWS);
}

/** Throws `unavailable` when the database does not answer before the signal is aborted. */
export async function checkDatabase(database: Statements, signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(unavailable('the database', signal.reason)), { once: true });
  await Promise.race([database.rows('SELECT 1'), promise]);
}
