-- A code is good until the mail with the next one was taken, so that there may be several of a user.

ALTER TABLE accounts.address_codes
    DROP CONSTRAINT address_codes_pkey,
    ADD PRIMARY KEY (tenant_id, user_id, code_digest);
