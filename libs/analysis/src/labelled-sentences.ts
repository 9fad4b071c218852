// Support sentences that were labelled by hand with the meanings in docs/local-analysis.md. The classifier is not trained on
// them. A line is sentiment | urgency | category | text. Where two labels are right, both are given, the better one first.
import type { Category, Sentiment, Urgency } from '@switchboard/contracts';

/** A sentence with its right labels. A result is right if it is one of them. */
export interface Labelled {
  readonly sentiments: readonly Sentiment[];
  readonly urgencies: readonly Urgency[];
  readonly categories: readonly Category[];
  readonly text: string;
}

const LINES = `
negative | high | billing, complaint | I am furious, I was charged twice this month and nobody answers!
neutral | medium | billing | Why was I charged $49.99 when my plan is $29?
negative, neutral | medium | refunds, orders | I want a refund for order #48213, it never arrived.
neutral | low, medium | billing | Could you send me the invoice for March, please?
negative, neutral | medium, high | payments | My credit card was declined but the money has left my account.
neutral | low | payment_methods | Where can I update my payment method?
negative | high | billing, refunds | You double charged me again. I need my money back immediately.
negative, neutral | critical | security | There is an unauthorized transaction on my card, please block it right now!
neutral | low, medium | billing | Can I get a receipt with our VAT number on it?
positive | low | feedback | Thanks, the refund has arrived.
neutral | low | payment_methods | Do you accept payment by bank transfer?
negative | medium | billing, complaint | The fee was never mentioned, this is a scam.
negative | medium | billing, cancellation | why have i been billed for march, i cancelled in february!!
neutral | low | billing | hey can u tell me when my next payment is due
negative, neutral | medium, high | security, billing | I see a charge on my statement that I do not recognise.
negative, neutral | medium, high | billing, payments | Your system took the payment three times. Please fix this today.
neutral | low | billing | Is VAT included in the invoice?
negative, neutral | medium, high | payments, payment_methods | my card keeps getting rejected at checkout
negative, neutral | medium, high | refunds | I was promised a refund 10 days ago and still nothing
neutral | low | payment_methods | can i pay with paypal
negative, neutral | medium | billing, payments | There are two payments for the same month on my bank statement
neutral | medium | billing | please send the invoices to our accounting department from now on
neutral | low | refunds | When will I get my refund?
negative, neutral | medium | billing | I think I paid too much last month
negative, neutral | medium | billing, sales | the discount code is not accepted at checkout
negative | medium | billing, complaint | Your billing is a mess, wrong amount again!
neutral | low | payment_methods | how can i delete my credit card from the site
negative | critical, high | security, billing, payments | You took 300 euros from my account without permission!!!
neutral | low, medium | billing | My bill is higher than usual this month, can you explain?
negative, neutral | medium | billing, payment_methods, payments | you charged the wrong card
neutral | medium | billing | I need a copy of my last invoice
negative | medium | payments | Payment failed three times, I give up
neutral | medium | refunds | could you refund the difference?
negative, neutral | medium, high | access | I forgot my password and the reset email never comes.
negative, neutral | medium | access | I can't log in to my account since yesterday
neutral | low | account | How do I change the email address of my profile?
negative | critical | security | Someone hacked my account, help me immediately!!
neutral | low | access, security | How can I turn on two-factor authentication?
negative, neutral | high | access | Locked out after three attempts, I have a client meeting in an hour
neutral | medium | account | Please invite two more users to our workspace
neutral | medium | account, orders | I would like to update the shipping address on my profile
negative, neutral | medium, high | access | The verification code does not arrive on my phone.
negative, neutral | medium | access | i never got the password reset mail
neutral | low | account | Can you help me change my username?
negative, neutral | medium, high | account, access | It says my account has been suspended, what did I do wrong?
negative, neutral | medium | access | I lost my phone and cannot get past the two factor login
neutral | low | account | How do I give my colleague admin permissions?
negative, neutral | critical, high | security | My account was hacked and somebody changed the email
neutral | medium | account | please merge my two profiles
negative, neutral | medium | access | It will not let me sign in even though the password is right
neutral | medium | account | i need to change the phone number on my profile
neutral | low | access, technical | How do I set up SSO with Okta?
neutral | medium | account, access | Two of my colleagues should no longer have access
negative, neutral | medium, high | access | I keep getting logged out every few minutes
negative, neutral | critical | security | someone else is using my profile, please help urgently
neutral | low | access | what is the minimum length of a password
negative, neutral | medium | access | I cannot remember my password
neutral | medium | account | please update my last name, I got married
negative | critical | security, technical | my account shows someone else’s data, this is a security breach!
neutral | low | account | how do I remove a user from the team
negative, neutral | medium | access | the link in the verification email has expired
negative, neutral | medium, high | technical | The app crashes every time I open it.
negative | critical | technical | Our production site is down and we are losing customers, this is an emergency
negative, neutral | medium | technical | The widget does not load in Safari
neutral | low | technical | How do I connect the Slack integration?
negative, neutral | medium, high | technical | I keep getting error 500 when I export the report
negative, neutral | high | technical | Webhooks stopped working after your last update, we need a fix ASAP.
negative, neutral | medium | technical | The page is very slow today.
negative, neutral | medium, high | technical | The sync is stuck at 99% for three hours now
neutral | low | technical | Is there an API for reading conversations?
positive | low | feedback, general | It works perfectly now, thank you so much!
negative, neutral | medium | technical | The import fails with a timeout, any idea why?
negative, neutral | medium | technical | I found a bug in the calendar view
negative, neutral | medium | technical | the screen goes blank after I press save
negative, neutral | medium | technical | Uploading a photo gives me an error message
negative, neutral | medium | technical | chat widget not showing up on my wordpress site
negative | critical | technical | The whole platform is offline, all our agents are blocked. URGENT!
neutral | low | technical, sales | Does your API support webhooks?
negative | medium, high | technical | zapier connection broke again, this is the third time this month
neutral | low | technical, sales | which browsers do you support
negative, neutral | medium, high | technical | App freezes on my iPhone since the update
negative, neutral | medium | technical | Search results are wrong, it shows deleted documents
negative, neutral | medium | technical | It is not urgent, but the export button does nothing
negative, neutral | medium | technical | nothing happens when I click on submit
negative, neutral | medium | technical | The bot answers in the wrong language
negative, neutral | medium | technical | notifications arrive hours too late
neutral | low | technical | how to embed the widget in a react app?
negative, neutral | critical, high | technical | our checkout is down, we lose sales every minute
negative, neutral | medium | technical | uploads fail for files larger than 10 MB
neutral | low | technical | Is there any way to use your SDK with Python 3.12?
neutral | medium | technical | dashboard shows yesterday’s numbers only
negative, neutral | medium | technical | After the last release everything became slow
negative, neutral | medium, high | technical | The video call keeps freezing
negative, neutral | medium, high | technical | Error 403 on every page
neutral | low | technical | How can I export my contacts as CSV?
negative, neutral | critical, high | technical | everything is broken since this morning, we cannot work
neutral | low | technical, sales | does the plugin work with wordpress 6?
negative, neutral | medium | orders | Where is my order? It should have arrived on Monday.
negative, neutral | medium | orders | My package arrived damaged and the lamp is broken.
neutral | low | orders | Can I return the shoes if they do not fit?
negative, neutral | medium | orders | You sent me the wrong size, I ordered a medium.
neutral | low | orders | How long does delivery to Estonia take?
negative, neutral | medium | orders | The tracking number you gave me does not exist
negative | medium | orders | Still waiting for my parcel after three weeks, this is unacceptable.
neutral | low | orders | When will the blue jacket be back in stock?
positive | low | feedback | My delivery came a day early, great service!
neutral | high | orders | I need the cake delivered by tomorrow morning, can you still change the order?
neutral | low | orders | Is it possible to ship to a PO box?
negative, neutral | medium | orders | One item is missing from the box I received.
neutral | low, medium | orders | when is my parcel going to get here
negative, neutral | medium | orders | Courier says delivered but I have nothing
neutral | medium | orders | can i change the delivery address of my order
negative, neutral | medium | orders | The dress came in the wrong colour and has a hole
neutral | medium | orders | i need to send back a pair of boots
neutral | low | orders | Is this item in stock in size 42?
negative, neutral | medium, high | orders | Package is two weeks late and your tracking page has not changed since
negative, neutral | medium | orders | the parcel was left outside in the rain and everything is wet
neutral | low | orders | has my order shipped yet?
negative, neutral | medium | orders | I received someone else’s package
neutral | low | orders | Do you deliver to Norway?
negative, neutral | medium, high | orders | my order is stuck at customs for ten days
neutral | low | orders | Can I pick it up at your store instead?
negative, neutral | medium | orders | the mug arrived in pieces
neutral | medium | orders, cancellation | Ordered twice by mistake, can you remove one?
neutral | medium | orders | Where is my package???
neutral | medium | orders | I want to exchange the jacket for a larger size
negative, neutral | medium, high | orders | the courier never showed up
negative, neutral | medium | orders | Half of my order is missing
neutral | low | orders | Is express shipping available for Germany?
neutral | low | sales | How much does the team plan cost for 25 people?
neutral | medium | sales | We would like a demo next week, we compare you with Zendesk.
neutral | low | sales | Do you offer a discount for nonprofits?
positive, neutral | low, medium | sales | We are ready to buy the enterprise plan, who can I talk to?
neutral | low | sales | Does the Pro plan include the Salesforce connection?
neutral | medium | sales | Please send me a quote for 100 licenses
neutral | low | sales | Is there a free trial?
neutral | low | sales | What is the difference between Starter and Pro?
neutral | low | sales | I have a question about your pricing plans
neutral | low, medium | sales, billing | We want to upgrade to the annual plan this month.
negative, neutral | low | sales | Your prices are far too high compared with Intercom.
neutral | low, medium | sales | Can I speak to someone from sales about volume pricing?
neutral | low | sales | what does the premium tier cost per user
neutral | low | sales | We are a school with 40 teachers, do you have educational pricing?
neutral | low, medium | sales | could someone show me a demo of the product
neutral | low | sales | Which plan do I need for two websites?
neutral | low | sales | Interested in moving from Intercom to you, what would it cost?
neutral | low | sales | does the starter plan have a limit on messages?
neutral | medium, high | sales | our procurement team needs a quotation before Friday
neutral | low | sales | What would 50 seats cost us per year?
neutral | low | sales | do you have a free plan
neutral | low, medium | sales | who can walk us through the product before we decide?
neutral | low | sales | Is the API part of the basic plan?
neutral | low, medium | sales | We are evaluating three vendors and need your best offer
neutral | low | sales | Why should I pick you over Freshdesk?
neutral | low | sales, billing, payment_methods | can i switch from monthly to yearly payment
neutral | low, medium | sales | Can you send me your price list?
neutral | low | sales | we have 200 employees, what would you offer us?
neutral | low, medium | sales | I would like to book a demo for Thursday
neutral | low | sales | is the enterprise plan worth it compared to pro?
neutral | high, medium | cancellation | I need to cancel my subscription immediately
neutral | low | cancellation | How do I cancel my membership?
neutral | medium | cancellation, security, account | Please close my account and delete my data.
negative, neutral | medium | cancellation, complaint | Stop sending me emails, unsubscribe me!
negative | high | cancellation, complaint | I am leaving, this product is useless. Cancel everything today.
neutral | medium | cancellation | I do not want my plan to renew next month
neutral | low | cancellation, security | What happens with my data when I cancel?
neutral | low | cancellation | Is there a cancellation fee?
neutral | medium | cancellation | Please end my contract at the end of the month
neutral | medium | cancellation, billing | i dont want to be charged next year, turn off auto renewal
neutral | medium | cancellation, orders | Cancel my order please
neutral | medium | cancellation | We decided to go with another vendor so please terminate our subscription
neutral | medium | cancellation, account | remove me from your mailing list
negative, neutral | medium | cancellation | I want out of this contract
neutral | medium | cancellation | take my address off your newsletter
neutral | medium | cancellation | We no longer need the service, please stop it at the end of June
neutral | low | cancellation | can I pause instead of cancelling?
neutral | medium | cancellation, account | deactivate my subscription
neutral | medium | cancellation | Please cancel everything
neutral | medium | cancellation | I am not going to renew
neutral | low | cancellation | How can I get out of the yearly contract?
negative | high | complaint | Your support is terrible, I have explained this four times already.
negative, neutral | high | complaint | I want to speak to a manager now.
negative | medium | complaint | This is the worst customer service I have ever had
negative | high | complaint | Nobody has replied to my emails for two weeks. Ridiculous.
negative, neutral | high | complaint | I will contact my lawyer if this is not solved by Friday.
negative | medium | complaint | The agent was rude and hung up on me.
negative | medium | complaint | I am very disappointed with how you handled this.
negative | medium | complaint | What a waste of time. Your bot does not understand anything.
negative, neutral | medium | complaint | I would like to make a complaint
negative | medium | complaint | Fed up with being passed from one agent to the next
negative | medium | complaint, general | I'm not happy with this at all
negative | high | complaint | WHY DOES NOBODY ANSWER ME
negative | low, medium | complaint, general | Thanks for nothing.
negative | high | complaint, general | 😡😡 still no answer
negative | high | complaint | you people are a joke, three weeks and not one reply
negative | medium | complaint | This bot is useless, give me a human
negative | medium | complaint | I have been treated very poorly by your staff
negative | medium | complaint | Honestly the most frustrating experience of my life
negative | high | complaint | I am going to report you to the consumer protection agency
negative | medium | complaint | you keep asking me the same question again and again
negative | medium | complaint | Three agents, three different answers. Do you people even talk to each other?
negative, neutral | medium, high | complaint | Is anybody there?? I have been waiting for 40 minutes
negative | medium, high | complaint, feedback | I regret ever signing up with you
negative | medium | complaint | shocking how little you care about your customers
negative, neutral | medium | complaint | your last answer had nothing to do with my question
negative | medium | complaint | You promised a call back on Tuesday, nobody called
negative | medium | complaint | Your service has gone downhill and I am disappointed
negative | high | complaint | I have asked five times now and get the same copy-paste answer
negative | medium | complaint | Absolutely disgusted by the way I was spoken to
negative, neutral | high | complaint | this is the third time I write to you about this
positive, neutral | low | feedback | A search over old chats would be a nice addition.
positive | low | feedback | Great job with the new dashboard, I love it!
neutral | low | feedback | You should add a dark mode.
neutral | low | feedback | Feature request: export to Excel
positive | low | feedback, general | Quick and clear.
positive, neutral | low | feedback | It would be great if the bot could speak Estonian
positive | low | feedback | Sarah was amazing, please thank her for the help.
neutral | low | feedback | I have a suggestion for the mobile app
positive | low | feedback | The new editor is much better than the old one
neutral | low | feedback | Not bad, but the menus could be clearer.
positive | low | feedback | Really enjoying the new layout
neutral | low | feedback | It would help if I could sort tickets by date
neutral | low | feedback | idea: let us pin conversations
positive | low | feedback | Superb support, Tom fixed it in two minutes!
positive | low | feedback | best chat tool we have used so far
positive | low | feedback, general | I'm so glad I switched to you
positive, neutral | low | feedback | Would love to see a calendar view
positive | low | feedback | The onboarding was smooth and the team is super friendly
neutral | low | feedback | maybe make the font a bit larger
positive | low | feedback | 10/10 would recommend
positive | low | feedback, general | Wow, that was fast. Thank you Maria!
positive | low | feedback | love the new mobile app!
positive, neutral | low | feedback | It would be helpful to have keyboard shortcuts
positive | low | feedback | the chat was friendly and solved my issue in minutes
neutral | low | general | Hello!
neutral | low | general | Hi, I have a question
neutral | low | general | What are your opening hours?
positive, neutral | low | general, feedback | Thank you very much, have a nice day
neutral | low | general | Are you a real person?
neutral | low | general | ok
neutral | low | general | Where is your office located?
positive | low | general, feedback | That solved it, perfect!
positive, neutral | low | general | No problem at all, take your time
positive | low | feedback, general | Never had any issues with you, can't complain
neutral | low | general, technical | no rush, whenever you have time: how do I rename a folder?
positive | low | general, feedback | 👍
neutral | low | general | good morning
neutral | low | general | do you speak german
positive, neutral | low | general | thanks a lot, bye
neutral | low | general | yes please
neutral | low | general | Who founded your company?
positive, neutral | low | general | sounds good
positive | low | feedback, general | you solved my problem, thank you
neutral | low | general | no thanks
neutral | low | general | hello, anyone here?
neutral | low | general | can you repeat that please
neutral | low | general, account | What is your phone number?
positive | low | general, feedback | Great, that answers my question
negative, neutral | medium | general, complaint | not what I asked
neutral | low | general | hi there
neutral | low | general, orders | are you open on sundays?
positive | low | general | thank you
neutral | low, medium | general | can I talk to a human?
neutral | low | general | okay I will try that
neutral | high | general | I need it right now, my flight leaves in two hours
`;

export const labelled: readonly Labelled[] = LINES.trim()
  .split('\n')
  .map((line) => {
    const [sentiments = '', urgencies = '', categories = '', ...text] = line.split(' | ');
    return {
      sentiments: sentiments.split(', ') as Sentiment[],
      urgencies: urgencies.split(', ') as Urgency[],
      categories: categories.split(', ') as Category[],
      text: text.join(' | '),
    };
  });
