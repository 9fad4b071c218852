// Chooses the secrets for the check of a signature: those of the claimed tenant, and always the platform-wide ones. The claim
// is not trusted: it only saves work, and the signature decides.
import { randomBytes } from 'node:crypto';
import type { SigningSecret } from './signature.ts';

/** Tenants' secrets that are tried for a body that names no tenant. */
export const MAX_UNNAMED = 64;

/** The secrets to try for one body. */
export interface Candidates {
  /** In this order. Their number reveals nothing: it is the same for every tenant, whether it exists or not. */
  readonly secrets: readonly SigningSecret[];
  /** False while a secret that should be tried is not known: then a signature that matches none may still be valid. */
  readonly complete: boolean;
  /** The body names no tenant, and not every tenant's secrets are among these. */
  readonly partial: boolean;
}

/** The active secrets, by tenant. */
export class SecretIndex {
  readonly #platformWide: readonly SigningSecret[];
  readonly #byTenant = new Map<string, readonly SigningSecret[]>();
  readonly #ofNobody: readonly SigningSecret[];
  readonly #unnamed: readonly SigningSecret[];
  readonly #isRead: boolean;
  readonly #missingOf: ReadonlySet<string>;
  readonly #partial: boolean;

  /**
   * @param tenants in the order in which they are tried for a body that names none; undefined while they are not read
   * @param missingOf the tenants with a stored secret that could not be decrypted and is not among `tenants`
   */
  constructor(
    platformWide: readonly SigningSecret[],
    tenants?: readonly SigningSecret[],
    missingOf: ReadonlySet<string> = new Set(),
  ) {
    this.#platformWide = platformWide;
    this.#isRead = tenants !== undefined;
    this.#missingOf = missingOf;
    const known = tenants ?? [];
    const own = new Map<string, SigningSecret[]>();
    for (const secret of known) {
      const tenant = secret.tenantId ?? '';
      const others = own.get(tenant);
      if (others) others.push(secret);
      else own.set(tenant, [secret]);
    }
    let most = 0;
    for (const { length } of own.values()) most = Math.max(most, length);
    const decoys = Array.from({ length: most }, () => ({ tenantId: undefined, secret: randomBytes(32) }));
    const filled = (secrets: readonly SigningSecret[]) => [
      ...platformWide,
      ...secrets,
      ...decoys.slice(secrets.length),
    ];
    for (const [tenant, secrets] of own) this.#byTenant.set(tenant, filled(secrets));
    this.#ofNobody = filled([]);
    this.#unnamed = [...platformWide, ...known.slice(0, MAX_UNNAMED)];
    this.#partial = known.length > MAX_UNNAMED;
  }

  /** What to try for a body that names this tenant, or none. */
  candidates(claim: string | undefined): Candidates {
    const secrets = claim === undefined ? this.#unnamed : (this.#byTenant.get(claim) ?? this.#ofNobody);
    const missing = claim === undefined ? this.#missingOf.size > 0 : this.#missingOf.has(claim);
    return { secrets, complete: this.#isRead && !missing, partial: claim === undefined && this.#partial };
  }

  /** True when no secret is known, so no signature can be valid. */
  get empty(): boolean {
    return this.#platformWide.length === 0 && this.#byTenant.size === 0;
  }
}
