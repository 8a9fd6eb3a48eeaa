-- The uniqueness index (R23): written in the transaction of the append that takes or gives back a claim.
CREATE TABLE primary_email_claims (
    ledger_id  uuid  NOT NULL,
    email_hash bytea NOT NULL,
    contact_id uuid  NOT NULL,
    PRIMARY KEY (ledger_id, email_hash)
);
CREATE UNIQUE INDEX primary_email_claims_by_contact ON primary_email_claims (ledger_id, contact_id);
COMMENT ON TABLE primary_email_claims IS 'Which contact holds the claim to which primary email within a builder account';
COMMENT ON COLUMN primary_email_claims.ledger_id IS 'The builder account';
COMMENT ON COLUMN primary_email_claims.email_hash IS 'HMAC-SHA-256 of the normal form of the address, under a key derived from the master key';
COMMENT ON COLUMN primary_email_claims.contact_id IS 'The holder';
