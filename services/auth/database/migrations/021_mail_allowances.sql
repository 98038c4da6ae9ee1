CREATE TABLE IF NOT EXISTS mail_allowances (
  email_key VARCHAR(254) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  last_at DATETIME(3) NOT NULL COMMENT 'UTC; of the last mail',
  day_began_at DATETIME(3) NOT NULL COMMENT 'UTC',
  mails INT NOT NULL COMMENT 'since the day began',
  PRIMARY KEY (email_key, kind),
  KEY mail_allowances_last_at (last_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
