DROP VIEW all_events;
DROP INDEX events_of_status;
DROP INDEX events_of_holder;
DROP INDEX events_at_facility;
ALTER TABLE events DROP COLUMN facility_id;
