CREATE TABLE IF NOT EXISTS mail_outbox (
  id CHAR(36) NOT NULL PRIMARY KEY COMMENT 'also of the mail record of notification',
  mail TEXT NOT NULL COMMENT 'JSON; see services/shared/contract/account-mail.ts',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  expires_at DATETIME(3) NOT NULL COMMENT 'UTC; afterwards the mail is of no use',
  due_at DATETIME(3) NOT NULL COMMENT 'UTC; when it may be sent next; a replica that sends it moves it on',
  claim CHAR(36) NULL COMMENT 'of the replica that sends it',
  attempts INT NOT NULL DEFAULT 0,
  KEY mail_outbox_due_at (due_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
