-- Which booking a guest's wish becomes: whoever erases them finds it by that.
ALTER TABLE accounts.guest_wishes ADD booking_id text COLLATE "C";
CREATE INDEX guest_wishes_by_booking ON accounts.guest_wishes (tenant_id, booking_id);
