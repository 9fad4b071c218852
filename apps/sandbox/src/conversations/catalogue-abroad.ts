// Topics of generated conversations in other languages. The assistant answers in the language of the customer.
import type { SupportTopic } from './support-topic.ts';

export const foreignTopics: readonly SupportTopic[] = [
  {
    topic: 'billing',
    language: 'de',
    page: '/account/invoices',
    escalates: 0.35,
    qualifies: 0,
    triggers: ['billing_related', 'confidence_below_threshold'],
    openings: [
      'Mir wurden diesen Monat zweimal {amount} abgebucht!',
      'Können Sie mir die letzte Rechnung noch einmal schicken?',
    ],
    answers: [
      'Das tut mir leid. Ich sehe zwei Zahlungen und prüfe, ob eine davon nur vorgemerkt ist.',
      'Rechnungen finden Sie unter Konto, Rechnungen.',
    ],
    replies: ['Sie ist abgebucht. Ich möchte {amount} zurück.', 'Danke, ich habe sie gefunden.'],
  },
  {
    topic: 'plans and prices',
    language: 'de',
    page: '/pricing',
    escalates: 0.05,
    qualifies: 0.5,
    triggers: ['confidence_below_threshold'],
    openings: [
      'Was kostet der Tarif {plan} für {seats} Personen?',
      'Wir suchen einen Chat für {seats} Mitarbeiter.',
    ],
    answers: [
      'Der Tarif {plan} wird pro Person und Monat abgerechnet; ab zehn Personen gibt es Rabatt.',
      'Ein Angebot schicken wir gern per E-Mail.',
    ],
    replies: ['Bitte schicken Sie mir ein Angebot.', 'Wunderbar, wir möchten nächste Woche anfangen.'],
  },
  {
    topic: 'delivery',
    language: 'es',
    page: '/orders',
    escalates: 0.2,
    qualifies: 0,
    triggers: ['order_problem'],
    openings: [
      '¿Dónde está mi pedido {order}?',
      'El pedido {order} aparece como entregado, pero no ha llegado.',
    ],
    answers: [
      'Su pedido salió ayer del almacén y llegará en uno o dos días.',
      'Voy a abrir una reclamación con el transportista.',
    ],
    replies: ['Debería haber llegado hace una semana.', 'Gracias, espero su respuesta.'],
  },
  {
    topic: 'access',
    language: 'fr',
    page: '/login',
    escalates: 0.2,
    qualifies: 0,
    triggers: ['confidence_below_threshold'],
    openings: [
      'Je n’arrive plus à me connecter, j’ai le code {code}.',
      'Le lien pour changer mon mot de passe a expiré.',
    ],
    answers: [
      'Je vous envoie un nouveau lien, valable une heure.',
      'Le code {code} indique trop d’essais ; réessayez dans quinze minutes.',
    ],
    replies: ['Je ne reçois rien, même dans les spams.', 'Ça marche, merci !'],
  },
  {
    topic: 'returns',
    language: 'et',
    page: '/orders/returns',
    escalates: 0.2,
    qualifies: 0,
    triggers: ['order_problem'],
    openings: ['Soovin tellimuse {order} tagastada.', 'Kas kampsunit saab vahetada suurema vastu?'],
    answers: [
      'Tagastada saab neljateistkümne päeva jooksul. Saadan teile tagastussildi.',
      'Jah, vahetamine on tasuta.',
    ],
    replies: ['Silt ei tulnud kohale, palun saatke uuesti.', 'Aitäh!'],
  },
];
