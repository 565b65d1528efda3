-- The family names of users as the patient index's keyed tokens, so that the log review finds looks at people of the same
-- name (findings.h). No name is kept. Nobody is ever removed: a token that no patient has finds nothing.
CREATE TABLE atna.user_family (
    user_token   bytea NOT NULL,   -- as in atna.record
    family_token bytea NOT NULL,
    met_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_token, family_token)
);

GRANT SELECT, INSERT ON atna.user_family TO musubi_serving;
