ALTER TABLE users
  MODIFY email VARCHAR(254) NULL COMMENT 'as the user wrote it; NULL for a guest',
  MODIFY email_key VARCHAR(254) NULL COMMENT 'case-folded: one account for each mailbox; NULL for a guest',
  MODIFY password_hash VARCHAR(255) NULL COMMENT 'PHC string; NULL for a guest',
  ADD KEY users_guests (email_key, created_at)
