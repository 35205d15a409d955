import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DenyClass, denyClassOf } from '../../src/classify/deny-class.ts';

const denied: Record<DenyClass, string> = {
  password: `password passwd password_hash passwordHash PasswordHash PASSWORD userPassword user_password encrypted_password
    crypted_password hashed_password password_digest password_salt passwordhash userpassword encryptedpassword
    temp_password password2 old_password password_history password_hint sippasswd vm_password vmpwd pwd user_pwd userpwd
    pw pw_hash user_pass userpass smtp_pass db_pass passphrase passcode
    passwort kennwort benutzer_passwort motdepasse mot_de_passe motDePasse mdp contrasena contraseña senha senha_hash
    wachtwoord lösenord passord adgangskode salasana haslo hasło jelszó heslo şifre ha1 ha1b md5secret vmsecret
    voicemail_pin pin_hash user_pin security_answer secret_answer clave_acceso last_password auth_password pass_phrase`,
  mfa: `otp_secret otpSecret totp_secret mfa_secret two_factor_secret twoFactorSecret two_factor_recovery_codes tfa_secret
    google2fa_secret encrypted_otp_secret encrypted_otp_secret_iv encrypted_otp_secret_salt otp_backup_codes recovery_codes
    recoveryCodes backup_codes mfa_recovery_codes scratch_codes totp_seed otp_seed otp_key totp otp otp_code
    authenticator_key otp_secret_key backup_code 2fa_secret`,
  session: `session_token sessionToken session_key session_data refresh_token refreshToken access_token accesstoken id_token
    auth_token authentication_token remember_token reset_password_token password_reset_token confirmation_token
    unlock_token invitation_token verification_token perishable_token persistence_token single_access_token csrf_token
    token token_hash token_digest login_token magic_link jwt session_cookie auth_cookie join_token email_token
    user_activation_key reset_token_hash oauth_token bearer_token jeton SecurityStamp security_stamp
    resetpasswordtoken xsrftoken`,
  'api-key': `api_key apiKey apikey API_KEY billing_api_key stripe_api_key openai_apikey api_token api_secret secret_key
    secretKey secret_access_key aws_secret_access_key client_secret clientSecret consumer_secret app_secret
    webhook_secret signing_secret shared_secret secret secrets auth_key authkey encryption_key api_key_hash
    apikey_encrypted credentials api_credentials personal_access_token access_key join_secret oauth_client_secret klucz_api sekret`,
  'private-key': `private_key privateKey ssh_private_key privkey encrypted_private_key seed_phrase mnemonic psk
    pre_shared_key private_key_pem clave_privada clé_privée klucz_prywatny`,
  'card-number': `card_number cardNumber cardnumber cc_number ccnumber credit_card credit_card_number creditcard cvv cvc cvv2
    card_cvc card_security_code kartennummer kreditkartennummer numero_carte numero_tarjeta card_no track2 card_pan
    num_carte num_carte_bancaire numero_carta nr_karty kaartnummer`,
  'government-id': `ssn user_ssn encrypted_ssn social_security_number socialSecurityNumber national_id national_insurance_number
    passport_number passportNo passport drivers_license driver_license_number id_card_number aadhaar_number cpf curp
    dni codice_fiscale personalausweisnummer steuer_id sozialversicherungsnummer bsn pesel personnummer national_health_no publicHealthCardNumber
    Personalausweis Reisepass num_secu num_dni`,
};

const allowed = `
  id name email phone address city zip created_at updated_at deleted_at account_id user_id title body message subject
  password_changed_at passwordChangedAt password_updated_at password_expires_at last_password_change has_password
  is_password_set password_required must_change_password force_password_change password_attempts password_version
  password_enabled password_policy_id password_algorithm passwordless passwordless_login password_login_enabled
  password_reset_sent_at reset_password_sent_at failed_password_attempts password_protected uses_password
  token_count tokens token_expires_at tokenExpiresAt token_type token_id access_token_id input_tokens max_tokens
  num_cards num_passports num_tokens num_password_resets num_sessions num_credit_cards palavra_chave
  total_tokens prompt_tokens completion_tokens page_token next_page_token sync_token push_token device_token fcm_token
  tokens_used token_limit token_name refresh_token_expires_at max_token
  session_id sessionId session_count sessions session_started_at session_duration session_type session_name session_length
  api_key_id apiKeyId api_key_name api_key_prefix api_key_last_used_at api_calls api_version
  secret_santa_id secretary secretary_name secretion is_secret secret_level secret_question
  public_key publicKey public_key_id key keys key_name foreign_key primary_key keyboard keyword keywords sort_key
  idempotency_key cache_key partition_key dedupe_key s3_key object_key storage_key translation_key license_key
  card_brand card_last4 card_last_four card_exp_month card_id card_type card_holder card_number_last4 masked_card_number_id
  scorecard_number gift_card_number loyalty_card_number library_card_number sim_card_number report_card id_card
  cards wildcard cvs cv cv_url
  mfa_enabled mfa_method two_factor_enabled two_factor_confirmed_at otp_required_for_login otp_enabled
  consumed_timestep options topic hotpot footpath
  pin pinned pinned_at pinned_by pin_id pins pincode pin_code pinterest shipping shipping_pin_id spinning
  pass passed passenger passenger_name compass bypass boarding_pass pass_count pass_rate passport_country passport_expiry
  passport_expires_on passing_score passive
  salt salted saltiness
  code codes country_code postal_code coupon_code referral_code error_code promo_code zip_code
  signature signature_url hash tx_hash commit_hash content_hash file_hash geohash
  tax_id vat_number company_number account_number iban routing_number
  sin sink single tin nation nationality national national_team nationwide license license_plate plate_number
  identity identity_id identity_provider identification_type personal_note
  pan pan_x panel company japan span
  mdp_id amdp author authority authored_by authorization_status authors authenticated_at authentication_method
  credential_id credential_type credentials_count
  cookie_consent cookies_accepted cookies jti
  clave parola parolas chave schluessel sleutels
  mnemonics_count seed seeds seed_count
  access_count access_level accessed_at accession_number keystroke_count`;

describe('the deny class of a column', () => {
  for (const [expected, names] of Object.entries(denied)) {
    it(`is ${expected} for names of it in many habits`, () => {
      const missed = listOf(names).filter((name) => denyClassOf(name) !== expected);
      assert.deepEqual(
        missed.map((name) => `${name}: ${denyClassOf(name)}`),
        [],
      );
    });
  }

  it('is none for facts about a secret, and for words that only look like one', () => {
    const wrong = listOf(allowed).filter((name) => denyClassOf(name) !== null);
    assert.deepEqual(
      wrong.map((name) => `${name}: ${denyClassOf(name)}`),
      [],
    );
  });
});

function listOf(names: string): string[] {
  return names.trim().split(/\s+/);
}
