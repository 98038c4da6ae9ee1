import { createPool, type PoolConnection, type ResultSetHeader } from 'mysql2/promise';
import { unavailable } from '../../shared/runtime/errors.ts';
import { isConnectionError, isDuplicate } from './database-errors.ts';

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

  async function withConnection<T>(work: (connection: PoolConnection) => Promise<T>): Promise<T> {
    let connection: PoolConnection | undefined;
    try {
      connection = await pool.getConnection();
      const result = await work(connection);
      connection.release();
      return result;
    } catch (error) {
      // Closing the connection ends a statement that timed out and still runs, and releases a lock after a failure.
      if (isDuplicate(error)) connection?.release();
      else connection?.destroy();
      throw isConnectionError(error) ? unavailable('the database', error) : error;
    }
  }

  const use = <T>(work: (statements: Statements) => Promise<T>): Promise<T> =>
    withConnection((connection) => work(statementsOn(connection, STATEMENT_TIMEOUT_MS)));

  return {
    rows: (sql, values) => use((statements) => statements.rows(sql, values)),
    change: (sql, values) => use((statements) => statements.change(sql, values)),
    inTransaction: (work) =>
      withConnection(async (connection) => {
        const run = (sql: string) => connection.query({ sql, timeout: STATEMENT_TIMEOUT_MS });
        await run('START TRANSACTION');
        try {
          const result = await work(statementsOn(connection, STATEMENT_TIMEOUT_MS));
          await run('COMMIT');
          return result;
        } catch (error) {
          // After any other error the connection is closed, which ends the transaction, too.
          if (isDuplicate(error)) await run('ROLLBACK');
          throw error;
        }
      }),
    withLock: (name, seconds, work) =>
      withConnection(async (connection) => {
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
      }),
    close: () => pool.end(),
  };
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
