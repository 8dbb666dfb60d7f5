-- At which facility access changed, so that events can be found by it; of other events there is nothing.
ALTER TABLE events ADD COLUMN facility_id TEXT GENERATED ALWAYS AS (
    CASE WHEN type IN ('access.given', 'access.removed') AND json_valid(data) THEN data ->> '$.facilityId' END
) VIRTUAL;
-- Who had access then, asked from both sides, and who was enabled.
CREATE INDEX events_at_facility ON events (facility_id, subject_id, time, seq) WHERE facility_id IS NOT NULL;
CREATE INDEX events_of_holder ON events (subject_id, facility_id, time, seq) WHERE facility_id IS NOT NULL;
CREATE INDEX events_of_status ON events (subject_id, time, seq) WHERE type IN ('user.disabled', 'user.enabled');

-- Every event, also where some have no number yet, in the order of `is_fresh` and `place`.
CREATE VIEW all_events AS
SELECT
    0 AS is_fresh, seq AS place, type, time, actor_type, actor_id, subject_id, data, facility_id
FROM events;
