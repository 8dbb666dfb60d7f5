DROP VIEW all_events;
DROP INDEX events_of_status;
DROP INDEX events_of_holder;
DROP INDEX events_at_facility;
ALTER TABLE fresh_events DROP COLUMN facility_id;
ALTER TABLE events DROP COLUMN facility_id;
