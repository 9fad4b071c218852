// A kind of job that the previous release does not know, how often in a row an integration was refused, and which sinks can
// create what they need on the other side.
export const prepareJobs = {
  name: '0029_prepare',
  sql: `
    -- Which kinds there are is for those who take jobs to know.
    alter table sink_job drop constraint sink_job_kind_check;
    alter table sink_job add constraint sink_job_kind_name check (kind ~ '^[a-z_]{1,40}$');

    -- The release before takes whatever is 'waiting', of kinds that it cannot run, too. So a job of a kind that came later
    -- is 'pending': whoever knows its kind takes it, and nobody else touches it.
    alter table sink_job drop constraint sink_job_state_check;
    alter table sink_job add constraint sink_job_state_name check (state in ('waiting', 'pending', 'taken', 'done'));
    create index sink_job_pending on sink_job (sink, asked_at) where state = 'pending';

    alter table sink_catalog add column has_prepare boolean not null default false;
    -- Events that the other side refused, one after the other, since it last took one.
    alter table integration_state add column rejected_in_row int not null default 0;
  `,
};
