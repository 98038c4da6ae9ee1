ALTER TABLE mail_outbox
  ADD KEY mail_outbox_expires_at (expires_at)
