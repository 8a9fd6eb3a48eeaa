-- The jobs list hides archived jobs. Whatever happened before this column, no job was archived.
ALTER TABLE job_list ADD COLUMN archived boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN job_list.archived IS 'Whether the job is put away';
