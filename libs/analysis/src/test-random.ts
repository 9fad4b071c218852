// For invented personal data: random numbers with a seed, and check digits.

/** `digits` followed by Luhn's check digit. */
export function withLuhn(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const twice = Number(digit) * 2;
    return total + (at % 2 === 1 ? Number(digit) : twice > 9 ? twice - 9 : twice);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** The two check digits of an IBAN. */
export function ibanCheckDigits(country: string, account: string): string {
  const number = `${account}${country}00`.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  return String(98n - (BigInt(number) % 97n)).padStart(2, '0');
}

/** Random choices with a seed (a linear congruential generator of 48 bits). Not for secrets. */
export class SeededRandom {
  private state: bigint;

  constructor(seed: number) {
    this.state = BigInt(seed) * 2_862_933_555n + 3_037_000_493n;
  }

  whole(low: number, high: number): number {
    this.state = (this.state * 25_214_903_917n + 11n) & 0xffff_ffff_ffffn;
    return low + Number(((this.state >> 16n) * BigInt(high - low + 1)) >> 32n);
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.whole(0, items.length - 1)] as Item;
  }

  digits(length: number, from = '0123456789'): string {
    let digits = '';
    for (let at = 0; at < length; at += 1) digits += from[this.whole(0, from.length - 1)];
    return digits;
  }
}
