// Support sentences labelled by hand, before the lexicon was tuned to them: what a reasonable agent would say of each.
// A line is sentiment | urgency | category | text; where two categories are equally right, both stand.
import type { Category, Sentiment, Urgency } from '@switchboard/contracts';

export interface Labelled {
  readonly sentiment: Sentiment;
  readonly urgency: Urgency;
  /** The first one found must be among these. */
  readonly categories: readonly Category[];
  readonly text: string;
}

const LINES = `
negative | high | billing, complaint | I am furious, I was charged twice this month and nobody answers!
neutral | low | billing | Why was I charged $49.99 when my plan is $29?
negative | low | billing, orders | I want a refund for order #48213, it never arrived.
neutral | low | billing | Could you send me the invoice for March, please?
negative | medium | billing | My credit card was declined but the money has left my account.
neutral | low | billing | Where can I update my payment method?
negative | critical | billing | You double charged me again. I need my money back immediately.
negative | critical | billing, account | There is an unauthorized transaction on my card, please block it right now!
neutral | low | billing | Can I get a receipt with our VAT number on it?
positive | low | billing | Thanks, the refund has arrived.
neutral | low | billing | Do you accept payment by bank transfer?
negative | low | billing, complaint | The fee was never mentioned, this is a scam.
negative | low | billing, cancellation | why have i been billed for march, i cancelled in february!!
neutral | low | billing | hey can u tell me when my next payment is due
negative | low | billing | I see a charge on my statement that I do not recognise.
negative | medium | billing | Your system took the payment three times. Please fix this today.
neutral | low | billing | Is VAT included in the invoice?
negative | medium | billing | my card keeps getting rejected at checkout
negative | medium | billing | I was promised a refund 10 days ago and still nothing
neutral | low | billing | can i pay with paypal
negative | low | billing | There are two payments for the same month on my bank statement
neutral | low | billing | please send the invoices to our accounting department from now on
neutral | low | billing | When will I get my refund?
negative | low | billing | I think I paid too much last month
negative | low | billing | the discount code is not accepted at checkout
negative | low | billing, complaint | Your billing is a mess, wrong amount again!
neutral | low | billing | how can i delete my credit card from the site
negative | high | billing | You took 300 euros from my account without permission!!!
neutral | low | billing | My bill is higher than usual this month, can you explain?
negative | low | billing | you charged the wrong card
neutral | low | billing | I need a copy of my last invoice
negative | medium | billing | Payment failed three times, I give up
neutral | low | billing | could you refund the difference?
negative | medium | account | I forgot my password and the reset email never comes.
negative | medium | account | I can't log in to my account since yesterday
neutral | low | account | How do I change the email address of my profile?
negative | critical | account | Someone hacked my account, help me immediately!!
neutral | low | account | How can I turn on two-factor authentication?
negative | high | account | Locked out after three attempts, I have a client meeting in an hour
neutral | low | account | Please invite two more users to our workspace
neutral | low | account, orders | I would like to update the shipping address on my profile
negative | medium | account | The verification code does not arrive on my phone.
negative | low | account | i never got the password reset mail
neutral | low | account | Can you help me change my username?
negative | low | account | It says my account has been suspended, what did I do wrong?
negative | medium | account | I lost my phone and cannot get past the two factor login
neutral | low | account | How do I give my colleague admin permissions?
negative | high | account | My account was hacked and somebody changed the email
neutral | low | account | please merge my two profiles
negative | medium | account | It will not let me sign in even though the password is right
neutral | low | account | i need to change the phone number on my profile
neutral | low | account, technical | How do I set up SSO with Okta?
neutral | low | account | Two of my colleagues should no longer have access
negative | medium | account | I keep getting logged out every few minutes
negative | high | account | someone else is using my profile, please help urgently
neutral | low | account | what is the minimum length of a password
negative | low | account | I cannot remember my password
neutral | low | account | please update my last name, I got married
negative | critical | account, technical | my account shows someone else’s data, this is a security breach!
neutral | low | account | how do I remove a user from the team
negative | low | account | the link in the verification email has expired
negative | medium | technical | The app crashes every time I open it.
negative | critical | technical | Our production site is down and we are losing customers, this is an emergency
negative | medium | technical | The widget does not load in Safari
neutral | low | technical | How do I connect the Slack integration?
negative | medium | technical | I keep getting error 500 when I export the report
negative | high | technical | Webhooks stopped working after your last update, we need a fix ASAP.
negative | low | technical | The page is very slow today.
negative | medium | technical | The sync is stuck at 99% for three hours now
neutral | low | technical | Is there an API for reading conversations?
positive | low | technical, general, feedback | It works perfectly now, thank you so much!
negative | medium | technical | The import fails with a timeout, any idea why?
negative | low | technical | I found a bug in the calendar view
negative | low | technical | the screen goes blank after I press save
negative | medium | technical | Uploading a photo gives me an error message
negative | low | technical | chat widget not showing up on my wordpress site
negative | critical | technical | The whole platform is offline, all our agents are blocked. URGENT!
neutral | low | technical | Does your API support webhooks?
negative | medium | technical | zapier connection broke again, this is the third time this month
neutral | low | technical | which browsers do you support
negative | low | technical | App freezes on my iPhone since the update
negative | low | technical | Search results are wrong, it shows deleted documents
negative | low | technical | It is not urgent, but the export button does nothing
negative | low | technical | nothing happens when I click on submit
negative | low | technical | The bot answers in the wrong language
negative | low | technical | notifications arrive hours too late
neutral | low | technical | how to embed the widget in a react app?
negative | critical | technical | our checkout is down, we lose sales every minute
negative | medium | technical | uploads fail for files larger than 10 MB
neutral | low | technical | Is there any way to use your SDK with Python 3.12?
neutral | low | technical | dashboard shows yesterday’s numbers only
negative | low | technical | After the last release everything became slow
negative | low | technical | The video call keeps freezing
negative | medium | technical | Error 403 on every page
neutral | low | technical | How can I export my contacts as CSV?
negative | medium | technical | everything is broken since this morning, we cannot work
neutral | low | technical | does the plugin work with wordpress 6?
negative | low | orders | Where is my order? It should have arrived on Monday.
negative | medium | orders | My package arrived damaged and the lamp is broken.
neutral | low | orders | Can I return the shoes if they do not fit?
negative | low | orders | You sent me the wrong size, I ordered a medium.
neutral | low | orders | How long does delivery to Estonia take?
negative | low | orders | The tracking number you gave me does not exist
negative | high | orders, complaint | Still waiting for my parcel after three weeks, this is unacceptable.
neutral | low | orders | When will the blue jacket be back in stock?
positive | low | orders, feedback | My delivery came a day early, great service!
neutral | medium | orders | I need the cake delivered by tomorrow morning, can you still change the order?
neutral | low | orders | Is it possible to ship to a PO box?
negative | low | orders | One item is missing from the box I received.
neutral | low | orders | when is my parcel going to get here
negative | low | orders | Courier says delivered but I have nothing
neutral | low | orders | can i change the delivery address of my order
negative | low | orders | The dress came in the wrong colour and has a hole
neutral | low | orders | i need to send back a pair of boots
neutral | low | orders | Is this item in stock in size 42?
negative | medium | orders | Package is two weeks late and your tracking page has not changed since
negative | low | orders | the parcel was left outside in the rain and everything is wet
neutral | low | orders | has my order shipped yet?
negative | low | orders | I received someone else’s package
neutral | low | orders | Do you deliver to Norway?
negative | medium | orders | my order is stuck at customs for ten days
neutral | low | orders | Can I pick it up at your store instead?
negative | low | orders | the mug arrived in pieces
neutral | low | orders | Ordered twice by mistake, can you remove one?
neutral | low | orders | Where is my package???
neutral | low | orders | I want to exchange the jacket for a larger size
negative | low | orders | the courier never showed up
negative | low | orders | Half of my order is missing
neutral | low | orders | Is express shipping available for Germany?
neutral | low | sales | How much does the team plan cost for 25 people?
neutral | low | sales | We would like a demo next week, we compare you with Zendesk.
neutral | low | sales | Do you offer a discount for nonprofits?
positive | low | sales | We are ready to buy the enterprise plan, who can I talk to?
neutral | low | sales | Does the Pro plan include the Salesforce connection?
neutral | low | sales | Please send me a quote for 100 licenses
neutral | low | sales | Is there a free trial?
neutral | low | sales | What is the difference between Starter and Pro?
neutral | low | sales | I have a question about your pricing plans
neutral | low | sales | We want to upgrade to the annual plan this month.
negative | low | sales | Your prices are far too high compared with Intercom.
neutral | low | sales | Can I speak to someone from sales about volume pricing?
neutral | low | sales | what does the premium tier cost per user
neutral | low | sales | We are a school with 40 teachers, do you have educational pricing?
neutral | low | sales | could someone show me a demo of the product
neutral | low | sales | Which plan do I need for two websites?
neutral | low | sales | Interested in moving from Intercom to you, what would it cost?
neutral | low | sales | does the starter plan have a limit on messages?
neutral | low | sales | our procurement team needs a quotation before Friday
neutral | low | sales | What would 50 seats cost us per year?
neutral | low | sales | do you have a free plan
neutral | low | sales | who can walk us through the product before we decide?
neutral | low | sales, technical | Is the API part of the basic plan?
neutral | low | sales | We are evaluating three vendors and need your best offer
neutral | low | sales | Why should I pick you over Freshdesk?
neutral | low | sales, billing | can i switch from monthly to yearly payment
neutral | low | sales | Can you send me your price list?
neutral | low | sales | we have 200 employees, what would you offer us?
neutral | low | sales | I would like to book a demo for Thursday
neutral | low | sales | is the enterprise plan worth it compared to pro?
neutral | high | cancellation | I need to cancel my subscription immediately
neutral | low | cancellation | How do I cancel my membership?
neutral | low | cancellation, account | Please close my account and delete my data.
negative | low | cancellation | Stop sending me emails, unsubscribe me!
negative | medium | cancellation, complaint | I am leaving, this product is useless. Cancel everything today.
neutral | low | cancellation | I do not want my plan to renew next month
neutral | low | cancellation | What happens with my data when I cancel?
neutral | low | cancellation | Is there a cancellation fee?
neutral | low | cancellation | Please end my contract at the end of the month
neutral | low | cancellation, billing | i dont want to be charged next year, turn off auto renewal
neutral | low | cancellation, orders | Cancel my order please
neutral | low | cancellation | We decided to go with another vendor so please terminate our subscription
neutral | low | cancellation, account | remove me from your mailing list
negative | low | cancellation | I want out of this contract
neutral | low | cancellation | take my address off your newsletter
neutral | low | cancellation | We no longer need the service, please stop it at the end of June
neutral | low | cancellation | can I pause instead of cancelling?
neutral | low | cancellation, account | deactivate my subscription
neutral | low | cancellation | Please cancel everything
neutral | low | cancellation | I am not going to renew
neutral | low | cancellation | How can I get out of the yearly contract?
negative | medium | complaint | Your support is terrible, I have explained this four times already.
negative | medium | complaint | I want to speak to a manager now.
negative | low | complaint | This is the worst customer service I have ever had
negative | medium | complaint | Nobody has replied to my emails for two weeks. Ridiculous.
negative | high | complaint | I will contact my lawyer if this is not solved by Friday.
negative | low | complaint | The agent was rude and hung up on me.
negative | low | complaint | I am very disappointed with how you handled this.
negative | low | complaint | What a waste of time. Your bot does not understand anything.
negative | low | complaint | I would like to make a complaint
negative | low | complaint | Fed up with being passed from one agent to the next
negative | low | complaint, general | I'm not happy with this at all
negative | medium | complaint | WHY DOES NOBODY ANSWER ME
negative | low | complaint, general | Thanks for nothing.
negative | medium | complaint, general | 😡😡 still no answer
negative | medium | complaint | you people are a joke, three weeks and not one reply
negative | low | complaint | This bot is useless, give me a human
negative | low | complaint | I have been treated very poorly by your staff
negative | low | complaint | Honestly the most frustrating experience of my life
negative | medium | complaint | I am going to report you to the consumer protection agency
negative | low | complaint | you keep asking me the same question again and again
negative | low | complaint | Three agents, three different answers. Do you people even talk to each other?
negative | medium | complaint | Is anybody there?? I have been waiting for 40 minutes
negative | low | complaint | I regret ever signing up with you
negative | low | complaint | shocking how little you care about your customers
negative | low | complaint | your last answer had nothing to do with my question
negative | medium | complaint | You promised a call back on Tuesday, nobody called
negative | low | complaint | Your service has gone downhill and I am disappointed
negative | medium | complaint | I have asked five times now and get the same copy-paste answer
negative | low | complaint | Absolutely disgusted by the way I was spoken to
negative | medium | complaint | this is the third time I write to you about this
positive | low | feedback | A search over old chats would be a nice addition.
positive | low | feedback | Great job with the new dashboard, I love it!
neutral | low | feedback | You should add a dark mode.
neutral | low | feedback | Feature request: export to Excel
positive | low | feedback, general | Quick and clear.
positive | low | feedback | It would be great if the bot could speak Estonian
positive | low | feedback, general | Sarah was amazing, please thank her for the help.
neutral | low | feedback | I have a suggestion for the mobile app
positive | low | feedback | The new editor is much better than the old one
neutral | low | feedback | Not bad, but the menus could be clearer.
positive | low | feedback | Really enjoying the new layout
neutral | low | feedback | It would help if I could sort tickets by date
neutral | low | feedback | idea: let us pin conversations
positive | low | feedback | Superb support, Tom fixed it in two minutes!
positive | low | feedback | best chat tool we have used so far
positive | low | feedback, general | I'm so glad I switched to you
positive | low | feedback | Would love to see a calendar view
positive | low | feedback | The onboarding was smooth and the team is super friendly
neutral | low | feedback | maybe make the font a bit larger
positive | low | feedback | 10/10 would recommend
positive | low | feedback, general | Wow, that was fast. Thank you Maria!
positive | low | feedback | love the new mobile app!
positive | low | feedback | It would be helpful to have keyboard shortcuts
positive | low | feedback | the chat was friendly and solved my issue in minutes
neutral | low | general | Hello!
neutral | low | general | Hi, I have a question
neutral | low | general | What are your opening hours?
positive | low | general, feedback | Thank you very much, have a nice day
neutral | low | general | Are you a real person?
neutral | low | general | ok
neutral | low | general | Where is your office located?
positive | low | general, feedback | That solved it, perfect!
positive | low | general | No problem at all, take your time
positive | low | general, feedback | Never had any issues with you, can't complain
neutral | low | general, technical | no rush, whenever you have time: how do I rename a folder?
positive | low | general, feedback | 👍
neutral | low | general | good morning
neutral | low | general | do you speak german
positive | low | general | thanks a lot, bye
neutral | low | general | yes please
neutral | low | general | Who founded your company?
positive | low | general | sounds good
positive | low | general, feedback | you solved my problem, thank you
neutral | low | general | no thanks
neutral | low | general | hello, anyone here?
neutral | low | general | can you repeat that please
neutral | low | general, account | What is your phone number?
positive | low | general, feedback | Great, that answers my question
negative | low | general, complaint | not what I asked
neutral | low | general | hi there
neutral | low | general | are you open on sundays?
positive | low | general | thank you
neutral | low | general | can I talk to a human?
neutral | low | general | okay I will try that
neutral | high | general | I need it right now, my flight leaves in two hours
`;

export const labelled: readonly Labelled[] = LINES.trim()
  .split('\n')
  .map((line) => {
    const [sentiment, urgency, categories = '', ...text] = line.split(' | ');
    return {
      sentiment: sentiment as Sentiment,
      urgency: urgency as Urgency,
      categories: categories.split(', ') as Category[],
      text: text.join(' | '),
    };
  });
