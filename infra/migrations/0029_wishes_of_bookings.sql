-- Which booking a guest's wish becomes: whoever erases them finds it by that.
ALTER TABLE accounts.guest_wishes ADD booking_id text COLLATE "C";
CREATE INDEX guest_wishes_by_booking ON accounts.guest_wishes (tenant_id, booking_id);

-- A code that was mailed to a guest is kept no longer than their wish.
CREATE INDEX outbox_guest_codes ON work.outbox (sent_at) WHERE kind = 'guest-code';
