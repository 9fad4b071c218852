// Sentences as customers and agents write them, for events whose text is analysed: neutral, short, friendly, angry.

/** A customer's message; `number` makes it one of its kind. */
export function customerMessage(number: number): string {
  const sentence = asked[number % asked.length] as string;
  return `${sentence} My order is ${10_000 + number}.`;
}

/** An answer. */
export function answerMessage(number: number): string {
  return answered[number % answered.length] as string;
}

const asked = [
  'The invoice of last month shows the old plan, can you correct it?',
  'I cannot sign in since this morning, the code never arrives.',
  'Your team was quick and friendly, thank you!',
  'How many seats are in the business plan, and what does one more cost?',
  'The export stops at half and then nothing happens, this is very annoying.',
  'Where do I find the key for the interface?',
  'We would like to see a demo for thirty people next week.',
  'My parcel came broken and nobody answers the phone, I want my money back.',
  'Is there a discount when we pay for a year?',
  'The widget does not load on our checkout page, we are losing customers right now!',
  'Please delete the account of our former colleague.',
  'It works again, no idea what it was.',
  'Can the chat speak Estonian and Finnish?',
  'I was charged twice and I am really angry about it.',
  'Who can change the address on the receipt?',
  'We compare you with another tool, does yours connect to our calendar?',
  'The new dashboard looks great, but I miss the weekly numbers.',
];

const answered = [
  'Thank you for writing, I am looking at your account now.',
  'You find it under Settings, in the second tab.',
  'I am sorry for the trouble, a colleague will call you within the hour.',
  'The business plan has ten seats, each further one is billed by the month.',
  'Could you tell me which browser you use?',
  'That is done, you should see it after signing in again.',
  'I have asked the finance team to send a corrected document.',
];
