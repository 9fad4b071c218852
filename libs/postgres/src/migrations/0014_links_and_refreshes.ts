// Links that have not been used for long are deleted; one process at a time refreshes tokens.

export const linksAndRefreshes = {
  name: '0014_links_and_refreshes',
  sql: `
    create index integration_link_used on integration_link (updated_at);

    -- who is renewing the tokens of an integration, and until when nobody else may
    create table token_refresh (
      integration_id text not null,
      grant_id text not null,
      holder uuid not null,
      until timestamptz not null,
      primary key (integration_id, grant_id)
    );
  `,
};
