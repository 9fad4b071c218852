// Things and people by the category that they hint at, in addition to the phrases of categories.ts. Each adds a weight of 1,
// and two are enough for a category. Phrase syntax: ../phrases.ts.
import type { Category } from '@switchboard/contracts';

export const SUBJECTS: Readonly<Record<Category, string>> = {
  billing: `dunning, arithmetic, sum, sums, subtotal, tariffs, instalment plan, pricing error, cents, pence, tip
    gratuity, duty, customs duty, penalty, penalties, interest, premiums, kwh, usage charge, fiscal
    ledger, expense, expenses, net, gross, paid twice, double charge, double billed, stung, deduction
    deductions, withheld, breakdown of, cost centre, company name on, address on the invoice, adds up
    add up, quarterly|annual statement, debit note, late charge, handling charge|cut
    finance|accounts department`,
  payments: `earnings, withdrawal, withdrawals, withdraw, cashout, cash out, remitted, credited, uncredited, unpaid
    overdue, mortgage, rent, payee name, sender, swift transfer, sepa transfer, wires, batch, merchant
    merchants, acquirer, decline, insufficient funds, bank says, money is|was|has, on hold
    still says unpaid, where is my money, card machine, petrol station, standing orders, sent to the wrong
    went to the wrong, paid but, landed in, outgoing|incoming transfer, pay run, salary run|batch|transfer`,
  payment_methods: `ewallet, e wallets, wallets, coins, notes, banknotes, token, tokens, pesos, rupees, yen, euros, crypto
    topping, cap, capped, ceiling, allowance, allowed cards, meal vouchers, klarna, revolut, wise, alipay
    wechat, upi, mpesa, payoneer, skrill, diners, discover, unionpay, pay by phone, debit mandate, mandate
    credit card ending, card ending, old card|cards, expired card, new card number, pay in, pay cash
    in cash, without a card, local currency, foreign currency, date of|change my direct debit
    payment date, primary card, backup card`,
  refunds: `repayment, repay, repaid, reimbursing, restocking, refundable, overpayment, overpaid, deposit returned
    compensated, settle, payback, owed, owe me, rebate, cashback, pay|paid|paying me|us|it back
    money back, give it back, returned money, tax free, goodwill gesture, out of pocket
    where is|wheres my money, held on to, hold|holding on to my|our, full|partial amount back
    my own money, security deposit`,
  account: `pronouns, surname, mr, mrs, hyphen, hyphens, initials, nickname, display name, middle name, misspelt
    hyphenated, guardian, executor, deputy, coworker, assistant rights, owner rights, admin rights
    flatmate, role, subaccount, selfie, liveness, proof, birthday, birthdate, gender, postcode, residency
    tax residency, nationality, locale, newsletter settings, dark theme, customer number|numbers
    my profile, our profile, on file, language to, set the language, moved to, new address, old address
    new email, legal name, phone number on, shop name, company name|details, power of attorney
    late mother|mum|father|husband|wife, two accounts, family member|members, business account
    restricted|limited|suspended account, under review, more documents`,
  access: `turnstile, keycard, keycards, fob, badge, unlocked, unlocking, lockout, signin, sign in, signon
    username, userid, portal, token device, yubikey, authenticator, biometrics, fingerprint, faceid, otp
    passphrase, recovery codes, backup codes, reset link, reset mail, activation, activate, session
    shut out, kept out, spits, throws, kicks, boots, logs me, us out, get|let|getting me|us in
    cant|cannot enter, wrong pin|password|code, no code, sms never, code never, new phone, old phone
    lost phone, invalid credentials, pin by post, pin letter, my pin
    wont|doesnt accept my|the pin|password|code`,
  security: `fraudsters, hijacked, phished, phisher, vishing, smishing, scamming, trojan, virus, keylogger, ransom
    defaced, pentest, pen test, disclosure, leaked, skimmer, skimmers, copycat, lookalike, counterfeit
    imposter, impostor, catfish, stalker, blackmail, extorted, conned, crook, crooks, con artist, erasure
    dpo, ccpa, surveillance, tracking me, spyware, encryption, encrypted at rest, cve, xss, injection
    vulnerabilities, credentials posted, swapped, sim swapped, purse, wallet stolen, safeguard, alert
    alerts, identity thieves, burglary, burgled, intruder, snooping, my ex, not by me, in my name
    dark web, other peoples, patients, customers data, records, results, details, remote support, odd
    strange, weird login, email, call, text, peace of mind, freeze it, block it, freeze my, block my
    keep|keeping my details|data safe`,
  orders: `kettle, toaster, sofa, couch, mattress, pillow, duvet, rug, curtain, curtains, wardrobe, shelf
    bookshelf, desk, chair, chairs, stool, cot, pram, stroller, buggy, toy, toys, doll, puzzle, lego, bike
    bicycle, scooter, helmet, tent, rucksack, backpack, suitcase, jumper, hoodie, trousers, socks, gloves
    scarf, skirt, blouse, trainers, sneakers, sandals, ring, necklace, earrings, perfume, lipstick
    shampoo, cream, candle, candles, vase, mug, mugs, plate, plates, glasses, pan, knife, knives, blender
    plant, plants, bulbs, seeds, tree, roses, tulips, wine, beer, coffee, tea, chocolate, chocolates, cake
    cakes, biscuits, jam, cheese, meat, fish, milk, eggs, vegetables, fruit, hamper, basket, crate, pallet
    carton, parcel, textbook, novel, poster, frame, painting, fabric, yarn, paint, tiles, timber, screws
    carrier, freight, dispatch, depot, locker, neighbour, neighbor, porch, doorstep, mailbox, letterbox
    van, unboxed, wrapping, packaging, package, bubble wrap, shattered, cracked, dented, scratched, torn
    tear, stain, stained, melted, spoiled, rotten, wilted, dead on arrival, refill, subscription box
    boxes, preorder, backordered, restock, sizes, colourway, turned up, arrived with, came with
    never came, out for delivery, wrong item|one|colour|size, next day delivery, click and collect`,
  technical: `thermostat, doorbell, vacuum, robot, drone, drones, fridge, freezer, dishwasher, washing machine
    dryer, heater, boiler, oven, microwave, hinge, hinges, watch, smartwatch, earbuds, tv, television
    soundbar, console, controller, joystick, modem, repeater, hotspot, antenna, sim card, dial tone
    landline, line, broadband, fibre, lift, elevator, alarm panel, smoke detector, solar, inverter
    charger, cable, hdmi, usb, port, ports, mouse, trackpad, webcam, mic, pixel, pixels, display, monitor
    buffering, subtitles, stream, streaming, livestream, playback, podcast, gps, satnav, navigation
    map tiles, graph, chart, column, columns, spreadsheet, template, macro, formula, shortcut, shortcuts
    tag, tags, segment, filter, filters, dropdown, popup, banner, cookie, certificate, domain, subdomain
    hosting, backup, backups, restore, snapshot, cluster, container, docker, query, queries, endpoint
    endpoints, payload, rate limit, token expired, json, yaml, schema, regression, patch, rollback, beta
    build, firmware, driver, drivers, kernel, codec, resolution, render, rendering, laggy, stutters
    stuttering, battery, overheats, overheating, reboots, factory reset, factory settings, pairing, unpair
    bluetooth, sensor, calibration, calibrate, text overlaps, buttons vanish
    wont turn|start|charge|boot|pair, conking out, conks out, drains my battery, user manual, red light
    blinking`,
  sales: `showroom, brochure, salesman, saleswoman, salesperson, rep, sold, missold, quoted, haggling, haggle
    bargain, offer, offers, promo, promotion, bundle, bundles, catalog, sticker price, setup fee
    onboarding fee, evaluation, shopping around, competitors, rivals, proposal, rfp, tender, paperwork
    pilot, procurement, stakeholder, decision, director signs, sign off, approve the purchase
    warranty terms, guarantee, specs, specification, datasheet, walkthrough, webinar, consultation
    viewing, appointment to see, test drive, trade in, finance options, lease, leasing, rent to buy
    wholesale, retailer, dealer, distributor, franchise, bulk, put me off|right off buying
    thinking of buying|switching|joining, before buying|we buy, match the price|matching price
    hold the price, price match, per seat, do you do, is there a version, would it suit, considering your
    month, how many users, free version`,
  cancellation: `bin, scrap, ditch, axe, quit, quitting, rejoin, resubscribe, reactivate, resign, withdraw
    withdrawal notice, notice period, exit, exit fee, early termination, terminate, winding down
    close down, wind up, discontinue, lapse, opt out, optout, unenroll, deregister, drop out, pull out
    call off, release me, let me go, let me out, stop the|my|our, end it, just end, please end
    not renew|renewing, without renewal, get rid of my, stop my, stop billing, close the lot, wont need
    dont need, no longer required|needed|need|want, take me off, remove me, moving abroad|out|away
    last month with, cancel by, contract ends|end|expiry`,
  complaint: `manners, tone, conduct, behaviour, behavior, colleague, colleagues, clerk, receptionist, cashier
    waiter, driver shouted, nurse, doctor, installer, technician, engineer, mechanic, operator, supervisor
    branch, hotline, helpdesk, call centre, call center, queue, queued, hold music, callback, script
    scripted, copy paste, automated, autoreply, fobbed, cowboys, clowns, bunch, numpties, shouted, yelled
    swore, laughed, insulting, insulted, ridiculed, belittled, lectured, mocked, discriminated
    discrimination, racist, sexist, ageist, condescending, patronising, dismissive, remarks
    statement on file, ownership, accountability, apologise, apology, apologies, grievance, misconduct
    negligence, formal, ombudsman, escalation, escalate, unheard, listened, listen, talked down
    waste of my time, wasted my, no one will, how you treat, the way i was, the way you
    customer relations, closed my ticket|case, in writing, waiting time, put on hold, kept waiting
    another agent, different person, your staff, your people, your team`,
  feedback: `wishlist, roadmap, vote, upvote, prefer, preference, interface, look and feel, layout, redesign, looks
    fonts, font, colour scheme, theme, usability, ux, ui, overhyped, overrated, underrated, reviewed
    verdict, honest review, impressions, playlist, playlists, episode, episodes, series, course, lesson
    lessons, teacher, tutorial, recipe, recipes, exhibition, museum, garden, tour, guide, hotel, room
    rooms, breakfast, lounge, pool, beach, menu, dish, dishes, restaurant, chef, concert, festival
    atmosphere, ambience, decor, music, soundtrack, graphics, gameplay, level, levels, characters, ending
    bring back, used to be, miss the old, it would, itd help, what if you, have you thought
    have you considered, next version, would love, please consider, please make, please let us
    maybe add|make|put|try, small suggestion, just an idea, one thing, wish it|you|there, big fan
    longtime|long time customer|user|fan, hooked, addicted, my kids love, whole family`,
  general: `hiya, cheers, ta, merci, danke, gracias, ciao, cheerio, namaste, aloha, morning, evening, weekend
    lovely day, joke, riddle, poem, song, robot, bot, chatbot, siri, alexa, puppy, dog, cat, weather
    football, press, journalist, student project, thesis, survey about, charity, sponsor, sponsorship
    volunteer, apprenticeship, cv, resume, recruiter, founder, ceo, headquarters, history of, address of
    directions, parking, wheelchair, toilet, toilets, wifi password, dress code, opening, closed on
    open on, holidays, christmas, easter, ramadan, spanish, french, german, italian, polish, chinese
    interpreter, translator, just browsing|looking|passing|saying|testing, get back to you, talk later
    brb, hang on, one moment, one sec, never mind, nevermind, forget it, wrong window|chat|number|person
    ignore me|this|that, thats it, that is all, thats all, all sorted, me sorted, no words
    say hi|hello|thanks, speak to, with a, an human, person, agent, operator, how are you, who am i
    what can you do, are you a`,
};
