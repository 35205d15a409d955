/**
 * What leaves Hallomoor when an account asks for its data, and why the rest stays. Every column of every table is
 * named here once. It owes its length to its words in two languages. A config of your own imports from 'handover'.
 */
import { defineConfig, type SourceConfig } from '../../src/config/define.ts';

const { SOURCE_DATABASE_URL: url, VOICE_DATABASE_FOLDER: folder = '.handover/voice-database' } = process.env;
const main: SourceConfig = url ? { type: 'postgres', url } : { type: 'pglite', folder };

export default defineConfig({
  product: {
    name: 'Hallomoor',
    logo: './logo.svg',
    accentColor: '#175c4c',
    support: 'help@hallomoor.example',
  },
  sources: { main },
  exports: {
    account: {
      subject: { table: 'account', column: 'id' },
      categories: {
        account: {
          from: 'account',
          title: { en: 'Account', de: 'Konto' },
          description: {
            en: 'Name, short name, type, status and settings of your account.',
            de: 'Name, Kurzname, Art, Status und Einstellungen Ihres Kontos.',
          },
          belongsTo: 'id',
          classes: { id: 'observed', status: 'observed', created_at: 'observed' },
          include: ['id', 'name', 'slug', 'type', 'status', 'created_at', 'settings'],
          exclude: {
            billing_api_key: {
              reason: 'secret',
              note: {
                en: 'Whoever has this key can read and pay your bills.',
                de: 'Wer diesen Schlüssel hat, kann Ihre Rechnungen lesen und bezahlen.',
              },
            },
          },
        },

        users: {
          from: 'users',
          title: { en: 'Users', de: 'Benutzer' },
          description: {
            en: 'The profiles of everybody who can sign in to your account.',
            de: 'Die Profile aller, die sich in Ihrem Konto anmelden können.',
          },
          belongsTo: 'account_id',
          classes: {
            id: 'observed',
            account_id: 'observed',
            created_at: 'observed',
            last_sign_in_at: 'observed',
            deleted_at: 'observed',
          },
          include: [
            'id',
            'account_id',
            'email',
            'name',
            'role',
            'locale',
            'created_at',
            'last_sign_in_at',
            'deleted_at',
          ],
          exclude: {
            password_hash: {
              reason: 'secret',
              note: {
                en: 'We keep no password, only a fingerprint to check it by. It is of use to attackers alone.',
                de: 'Wir speichern kein Passwort, nur einen Abdruck zum Prüfen. Er nützt nur Angreifern.',
              },
            },
            mfa_secret: {
              reason: 'secret',
              note: {
                en: 'Makes the codes of the second sign-in step.',
                de: 'Erzeugt die Codes für den zweiten Schritt der Anmeldung.',
              },
            },
            mfa_recovery_codes: {
              reason: 'secret',
              note: {
                en: 'Each of them replaces the second sign-in step.',
                de: 'Jeder davon ersetzt den zweiten Schritt der Anmeldung.',
              },
            },
          },
        },

        contacts: {
          from: 'contacts',
          title: { en: 'Contacts', de: 'Kontakte' },
          description: {
            en: 'The people you call, with everything you noted of them, deleted contacts too.',
            de: 'Die Menschen, die Sie anrufen, mit allem, was Sie notiert haben; auch gelöschte Kontakte.',
          },
          belongsTo: 'account_id',
          class: 'third-party',
          classes: {
            id: 'observed',
            account_id: 'observed',
            created_at: 'observed',
            updated_at: 'observed',
            deleted_at: 'observed',
          },
          include: [
            'id',
            'account_id',
            'external_id',
            'first_name',
            'last_name',
            'phone',
            'email',
            'age',
            'marital',
            'education',
            'custom',
            'tags',
            'do_not_call',
            'created_at',
            'updated_at',
            'deleted_at',
          ],
        },

        calls: {
          from: 'calls',
          title: { en: 'Calls', de: 'Anrufe' },
          description: {
            en: 'Every call with its numbers, times, outcome and price.',
            de: 'Jeder Anruf mit Rufnummern, Zeiten, Ergebnis und Preis.',
          },
          belongsTo: 'account_id',
          class: 'observed',
          classes: { price: 'derived' },
          include: [
            'id',
            'account_id',
            'campaign_id',
            'contact_id',
            'user_id',
            'direction',
            'channel',
            'from',
            'to',
            'status',
            'attempt',
            'started_at',
            'ended_at',
            'duration_seconds',
            'outcome',
            'price',
            'currency',
          ],
          exclude: {
            recording_url: {
              reason: 'secret',
              note: {
                en: 'Opens the recording without signing in. Recordings can be saved one by one from the call list.',
                de: 'Öffnet die Aufnahme ohne Anmeldung. Aufnahmen lassen sich einzeln in der Anrufliste speichern.',
              },
            },
            scrubbed_at: {
              reason: 'internal',
              note: {
                en: 'Empty on every call that is in the export.',
                de: 'Bei jedem Anruf im Export leer.',
              },
            },
          },
          where: 't.scrubbed_at is null',
          whereReason: {
            en: 'Calls from which personal data was removed, for instance because somebody asked to be forgotten.',
            de: 'Anrufe, aus denen personenbezogene Daten entfernt wurden, etwa weil jemand darum gebeten hat.',
          },
        },

        flows: {
          from: 'flows',
          title: { en: 'Conversation flows', de: 'Gesprächsabläufe' },
          description: {
            en: 'What your assistant says and asks, step by step.',
            de: 'Was Ihr Assistent sagt und fragt, Schritt für Schritt.',
          },
          belongsTo: 'account_id',
          classes: { id: 'observed', account_id: 'observed', created_at: 'observed', updated_at: 'observed' },
          include: [
            'id',
            'account_id',
            'name',
            'category',
            'description',
            'version',
            'status',
            'nodes',
            'instructions',
            'created_at',
            'updated_at',
          ],
        },

        phoneNumbers: {
          from: 'phone_numbers',
          title: { en: 'Phone numbers', de: 'Rufnummern' },
          description: {
            en: 'The numbers your account owns or owned.',
            de: 'Die Nummern, die Ihrem Konto gehören oder gehörten.',
          },
          belongsTo: 'account_id',
          class: 'observed',
          include: [
            'id',
            'account_id',
            'e164',
            'country',
            'capabilities',
            'status',
            'purchased_at',
            'monthly_price',
          ],
          exclude: {
            provider_ref: {
              reason: 'internal',
              note: {
                en: 'The order number at our wholesaler.',
                de: 'Die Bestellnummer bei unserem Großhändler.',
              },
            },
          },
        },

        voipProviders: {
          from: 'voip_providers',
          title: { en: 'VoIP providers', de: 'VoIP-Anbieter' },
          description: {
            en: 'Your carriers and their gateways, without passwords and keys.',
            de: 'Ihre Telefonanbieter und deren Gateways, ohne Passwörter und Schlüssel.',
          },
          belongsTo: 'account_id',
          classes: { id: 'observed', account_id: 'observed', created_at: 'observed' },
          include: [
            'id',
            'account_id',
            'name',
            'kind',
            'e164_leading_plus',
            'requires_static_ip',
            'gateways',
            'auth_username',
            'api_credentials',
            'is_default',
            'created_at',
          ],
          allowSensitive: {
            api_credentials:
              'Holds the number of their own account at the carrier, which they need to go on; token and signing secrets stay, by path.',
          },
          exclude: {
            auth_password: {
              reason: 'secret',
              note: {
                en: 'Makes calls at your provider, at your cost.',
                de: 'Damit lässt sich bei Ihrem Anbieter auf Ihre Kosten telefonieren.',
              },
            },
            'api_credentials.auth_token': {
              reason: 'secret',
              note: {
                en: 'Controls your account at the provider. The number of that account is in the export.',
                de: 'Steuert Ihr Konto beim Anbieter. Die Nummer dieses Kontos steht im Export.',
              },
            },
            'api_credentials.nested[*].signing_secret': {
              reason: 'secret',
              note: {
                en: 'Proves to the provider that a message is yours.',
                de: 'Beweist dem Anbieter, dass eine Nachricht von Ihnen kommt.',
              },
            },
          },
        },

        callSchedules: {
          from: 'call_schedules',
          title: { en: 'Call schedules', de: 'Anrufpläne' },
          description: {
            en: 'On which days and at which hours your campaigns call.',
            de: 'An welchen Tagen und zu welchen Zeiten Ihre Kampagnen anrufen.',
          },
          belongsTo: { column: 'account_id', through: [{ table: 'campaigns', on: { campaign_id: 'id' } }] },
          classes: {
            id: 'observed',
            campaign_id: 'observed',
            observed_contacts: 'observed',
            created_at: 'observed',
          },
          include: [
            'id',
            'campaign_id',
            'day_of_week',
            'rrule',
            'window',
            'observed_contacts',
            'enabled',
            'created_at',
          ],
        },

        campaigns: {
          from: 'campaigns',
          title: { en: 'Campaigns', de: 'Kampagnen' },
          description: {
            en: 'Your campaigns with their dates and results.',
            de: 'Ihre Kampagnen mit Zeitraum und Ergebnissen.',
          },
          belongsTo: 'account_id',
          classes: { id: 'observed', account_id: 'observed', created_at: 'observed', stats: 'derived' },
          include: ['id', 'account_id', 'name', 'status', 'starts_at', 'ends_at', 'created_at', 'stats'],
        },

        charges: {
          from: 'charges',
          title: { en: 'Charges', de: 'Abbuchungen' },
          description: {
            en: 'What you were charged, when, and how you paid. Amounts are in cents.',
            de: 'Was Ihnen wann berechnet wurde und wie Sie bezahlt haben. Beträge in Cent.',
          },
          belongsTo: 'account_id',
          class: 'observed',
          classes: {
            billing_details: 'provided',
            payment_method_details: 'provided',
            receipt_email: 'provided',
            shipping: 'provided',
          },
          include: [
            'id',
            'account_id',
            'object',
            'amount',
            'amount_captured',
            'amount_refunded',
            'balance_transaction',
            'billing_details',
            'captured',
            'created',
            'currency',
            'customer',
            'description',
            'disputed',
            'failure_balance_transaction',
            'failure_code',
            'failure_message',
            'metadata',
            'paid',
            'payment_method_details',
            'receipt_email',
            'receipt_number',
            'receipt_url',
            'refunded',
            'refunds',
            'shipping',
            'source',
            'statement_descriptor',
            'statement_descriptor_suffix',
            'status',
          ],
          allowSensitive: {
            receipt_url: 'Opens the receipt of one charge and nothing else; the customer got it by mail too.',
          },
          exclude: {
            'payment_method_details.card.fingerprint': {
              reason: 'secret',
              note: {
                en: 'Recognises your card wherever it is used. Brand, last digits and expiry are in the export.',
                de: 'Erkennt Ihre Karte überall wieder. Marke, letzte Ziffern und Ablaufdatum stehen im Export.',
              },
            },
            'source.client_secret': {
              reason: 'secret',
              note: {
                en: 'Completes a payment in your name.',
                de: 'Schließt eine Zahlung in Ihrem Namen ab.',
              },
            },
            application: 'internal',
            application_fee: 'internal',
            application_fee_amount: 'internal',
            calculated_statement_descriptor: 'internal',
            fraud_details: 'internal',
            livemode: 'internal',
            on_behalf_of: 'internal',
            outcome: 'internal',
            payment_intent: 'internal',
            payment_method: 'internal',
            review: 'internal',
            source_transfer: 'internal',
            transfer_data: 'internal',
            transfer_group: 'internal',
          },
        },

        balanceTransactions: {
          from: 'balance_transactions',
          title: { en: 'Balance transactions', de: 'Guthabenbewegungen' },
          description: {
            en: 'Every change of your balance, to the fraction of a cent.',
            de: 'Jede Änderung Ihres Guthabens, auf den Bruchteil eines Cents genau.',
          },
          belongsTo: 'account_id',
          class: 'observed',
          classes: { balance_after_micros: 'derived', exact_amount: 'derived', net: 'derived' },
          include: [
            'id',
            'account_id',
            'object',
            'amount',
            'available_on',
            'balance_after_micros',
            'balance_type',
            'created',
            'currency',
            'description',
            'exact_amount',
            'exchange_rate',
            'fee',
            'fee_details',
            'net',
            'source',
            'status',
            'type',
          ],
          exclude: {
            reporting_category: {
              reason: 'internal',
              note: { en: 'How our bookkeeping files it.', de: 'Wie unsere Buchhaltung sie ablegt.' },
            },
          },
        },

        notifications: {
          from: 'notifications',
          title: { en: 'Notifications', de: 'Benachrichtigungen' },
          description: {
            en: 'What we told you and your users, and when it was read.',
            de: 'Was wir Ihnen und Ihren Benutzern mitgeteilt haben und wann es gelesen wurde.',
          },
          belongsTo: 'account_id',
          class: 'observed',
          include: ['id', 'account_id', 'user_id', 'type', 'title', 'body', 'read_at', 'created_at'],
        },
      },
      leftOut: {
        sessions: {
          reason: 'secret',
          note: {
            en: 'Who is signed in at the moment. Whoever has a session is signed in as you.',
            de: 'Wer gerade angemeldet ist. Mit einer Sitzung ist man angemeldet wie Sie.',
          },
        },
        daily_call_totals: {
          reason: 'derived',
          note: {
            en: 'Sums of your calls by day, for our charts. The calls themselves are in the export.',
            de: 'Tagessummen Ihrer Anrufe für unsere Diagramme. Die Anrufe selbst stehen im Export.',
          },
        },
      },
    },
  },
});
