"""Our own rules for secrets that are known by their looks; they come before gitleaks' data."""

import base64
import re

from runner.redaction.rules import Rule

_B = r"(?<![A-Za-z0-9])"  # not in the middle of a word
_E = r"(?![A-Za-z0-9])"
_UUID = r"[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}"


def _own(name: str, pattern: str, *keywords: str, entropy: float = 3.0, digit: bool = True) -> Rule:
    return Rule(name, pattern, keywords, min_entropy=entropy, needs_digit=digit)


def _is_private_key(found: re.Match[str], value: str) -> bool:
    """Return whether *value*, base64 of something in PEM, is no certificate or public key."""
    return b"PRIVATE KEY" in base64.b64decode(value[:96])


OWN_RULES: tuple[Rule, ...] = (
    # Since 2026 installation tokens carry a JWT and may be 520 characters long.
    _own(
        "github-token",
        _B + r"gh[pousr]_[A-Za-z0-9_-]{16,600}(?:\.[A-Za-z0-9_-]{4,600}){0,2}",
        *("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
    ),
    _own("github-token", _B + r"github_pat_[A-Za-z0-9_]{20,255}", "github_pat_"),
    _own("anthropic-key", _B + r"sk-ant-[A-Za-z0-9_-]{20,300}", "sk-ant-"),
    _own("api-key", _B + r"sk-[A-Za-z0-9_-]{24,300}", "sk-", entropy=3.5),
    _own(
        "api-key",
        _B + r"(?:gsk_|xai-|r8_|pcsk_|hf_|fw_|tgp_v1_)[A-Za-z0-9_-]{30,120}",
        *("gsk_", "xai-", "r8_", "pcsk_", "hf_", "fw_", "tgp_v1_"),
        entropy=3.5,
        digit=False,
    ),
    _own(
        "aws-access-key",
        _B + r"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}" + _E,
        *("akia", "asia", "abia", "acca", "a3t"),
        digit=False,
    ),
    _own("google-key", _B + r"AIza[A-Za-z0-9_-]{35}", "aiza"),
    _own("google-secret", _B + r"GOCSPX-[A-Za-z0-9_-]{20,40}", "gocspx-", digit=False),
    _own("google-token", _B + r"ya29\.[A-Za-z0-9_.-]{20,1024}", "ya29."),
    _own("google-token", _B + r"1//0[A-Za-z0-9_-]{30,200}", "1//0"),
    _own(
        "azure-key",
        r"(?i)(?:AccountKey|SharedAccessKey|SharedSecret)=([A-Za-z0-9+/]{32,100}={0,2})",
        *("accountkey=", "sharedaccesskey=", "sharedsecret="),
        digit=False,
    ),
    _own("azure-key", _B + r"[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}", "jqqj99"),
    _own("azure-key", _B + r"[A-Za-z0-9]{75,77}AZDO[A-Za-z0-9]{4}", "azdo"),
    _own(
        "azure-signature", r"(?i)[?&;\s]sig=([A-Za-z0-9%+/_-]{30,120}={0,2})", "sig=", digit=False
    ),
    _own(
        "aws-signature",
        r"(?i)X-Amz-(?:Signature|Credential|Security-Token)=([^\s&\"'<>]{20,2000})",
        "x-amz-",
    ),
    _own("aws-signature", r"(?i)\bSignature=([a-f0-9]{64})", "signature="),
    _own("slack-token", _B + r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{10,300}", "xox", entropy=2.5),
    _own("slack-token", _B + r"xapp-\d-[A-Za-z0-9-]{20,200}", "xapp-"),
    _own(
        "slack-webhook",
        r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/_-]{20,100})",
        "hooks.slack",
    ),
    _own(
        "discord-webhook",
        r"discord(?:app)?\.com/api/webhooks/\d+/([A-Za-z0-9_-]{40,100})",
        "/api/webhooks/",
    ),
    _own(
        "discord-token",
        _B + r"[MNO][A-Za-z0-9_-]{22,28}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,45}",
        ".g",
        ".x",
        ".y",
        ".z",
        entropy=4.0,
    ),
    _own("telegram-token", r"(?<!\d)\d{8,10}:AA[A-Za-z0-9_-]{32,34}", ":aa"),
    _own(
        "stripe-key",
        _B + r"[srp]k_(?:live|test|prod)_[A-Za-z0-9]{10,250}",
        *("k_live_", "k_test_", "k_prod_"),
    ),
    _own("webhook-secret", _B + r"whsec_[A-Za-z0-9+/]{20,100}={0,2}", "whsec_"),
    _own(
        "fly-token",
        r"(?:FlyV1\s+)?(?:fm1[a-z]|fm2|fo1)_[A-Za-z0-9+/_-]{30,4000}={0,3}"
        r"(?:,(?:fm1[a-z]|fm2|fo1)_[A-Za-z0-9+/_-]{30,4000}={0,3}){0,8}",
        *("fm1", "fm2_", "fo1_"),
    ),
    _own("fly-token", r"FlyV1\s+([A-Za-z0-9+/_=,-]{30,4000})", "flyv1"),
    _own("npm-token", _B + r"npm_[A-Za-z0-9]{30,60}", "npm_"),
    _own(
        "npm-token",
        r"(?i)(?<![A-Za-z0-9])_(?:authToken|auth|password)\s{0,3}=\s{0,3}\"?([A-Za-z0-9+/_=.-]{8,800})",
        *("_authtoken", "_auth", "_password"),
        entropy=2.8,
    ),
    _own("pypi-token", _B + r"pypi-[A-Za-z0-9_-]{50,1000}", "pypi-"),
    _own("jwt", _B + r"eyJ[A-Za-z0-9_-]{10,2000}(?:\.[A-Za-z0-9_-]{0,4000}){2,4}", "eyj"),
    _own("docker-token", _B + r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,60}", "dckr_"),
    _own(
        "atlassian-token",
        _B + r"(?:ATATT3|ATCTT3|ATBB)[A-Za-z0-9_=-]{24,300}",
        *("atatt3", "atctt3", "atbb"),
    ),
    _own(
        "gitlab-token",
        _B + r"gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas|imt|ffct|rtr)-"
        r"[A-Za-z0-9_.-]{18,300}",
        "gl",
        entropy=3.0,
    ),
    _own("tailscale-key", _B + r"tskey-[a-z]+-[A-Za-z0-9_-]{16,100}", "tskey-"),
    _own("supabase-key", _B + r"sb(?:p|_secret|_publishable)_[A-Za-z0-9_-]{20,60}", "sbp_", "sb_"),
    _own(
        "ci-token",
        _B + r"(?:CCIPAT|CCIPRJ|bkua|bkpt)_[A-Za-z0-9_-]{30,100}",
        *("ccipat_", "cciprj_", "bkua_", "bkpt_"),
    ),
    _own(
        "service-token",
        _B
        + r"(?:nfp|vcp|vck|rnd|figd|napi|lsv2_pt|lsv2_sk|phx|phc|secret|sgp|whs|re|key|dop|lin_api|"
        r"lin_oauth|nvapi|tvly|pplx|dapi|shippo_live|sk|pk|rk|ak|at|rt|pat|api|tok)[_-]"
        r"[A-Za-z0-9_-]{30,120}" + _E,
        *(
            "nfp_",
            "vcp_",
            "vck_",
            "rnd_",
            "figd_",
            "napi_",
            "lsv2_",
            "phx_",
            "phc_",
            "secret_",
            "sgp_",
            "re_",
            "key-",
            "key_",
            "lin_",
            "nvapi-",
            "tvly-",
            "sk_",
            "pk_",
            "pat_",
            "api_",
            "tok_",
            "at_",
            "rt_",
            "pplx-",
        ),
        entropy=4.2,
    ),
    _own("langsmith-key", _B + r"lsv2_[a-z]{2}_[A-Za-z0-9_]{20,80}", "lsv2_"),
    _own("doppler-token", _B + r"dp\.[a-z]{2,5}(?:\.[a-z0-9_-]{2,35})?\.[A-Za-z0-9]{40,44}", "dp."),
    _own("newrelic-key", _B + r"NR(?:AK|AA|AL|II|BR|RA)-[A-Za-z0-9_-]{20,64}", "nr", digit=False),
    _own("newrelic-key", r"\b[a-f0-9]{36}NRAL", "nral"),
    _own("sentry-token", _B + r"sntrys_[A-Za-z0-9+/=]{20,500}_?[A-Za-z0-9+/=]{0,100}", "sntrys_"),
    _own("airtable-token", _B + r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}", "pat"),
    _own(
        "square-token",
        _B + r"(?:sq0[a-z]{3}-[A-Za-z0-9_-]{22,60}|EAAA[A-Za-z0-9_-]{56,70})",
        "sq0",
        "eaaa",
    ),
    _own("facebook-token", _B + r"EAA[A-Za-z0-9_-]{50,400}", "eaa"),
    _own(
        "paypal-token",
        r"access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}",
        "access_token$",
    ),
    _own("dropbox-token", _B + r"sl\.[A-Za-z0-9_-]{100,1500}", "sl."),
    _own("onepassword-token", _B + r"ops_eyJ[A-Za-z0-9_-]{100,2000}={0,3}", "ops_eyj"),
    _own("launchdarkly-key", _B + r"(?:sdk|mob|api)-" + _UUID, "sdk-", "mob-", "api-"),
    _own("adafruit-key", _B + r"aio_[A-Za-z0-9]{28}" + _E, "aio_"),
    _own("twitter-token", r"A{18,24}[A-Za-z0-9%]{60,120}", "a" * 18),
    _own("infura-key", r"infura\.io/(?:ws/)?v3/([a-f0-9]{32})", "infura.io"),
    _own("alchemy-key", r"alchemy\.com/v2/([A-Za-z0-9_-]{28,40})", "alchemy.com"),
    _own(
        "teams-webhook",
        r"\.office(?:365)?\.com/webhook\w{0,3}/([A-Za-z0-9@/_-]{60,300})",
        *(".office.com/", ".office365.com/"),
    ),
    _own("firebase-key", r"AAAA[A-Za-z0-9_-]{7}:APA91b[A-Za-z0-9_-]{100,180}", ":apa91b"),
    _own(
        "aws-secret-key",
        r"(?:AKIA|ASIA)[A-Z0-9]{16}[^A-Za-z0-9/+\n]{1,6}([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])",
        *("akia", "asia"),
        entropy=4.0,
    ),
    _own(
        "github-token",
        r"(?<![A-Za-z0-9+/])(?:Z2h(?:[wv]X|[1zy]X)|Z2l0aHViX3BhdF)[A-Za-z0-9+/]{20,800}={0,2}",
        *("z2hwx", "z2hvx", "z2h1x", "z2hzx", "z2hyx", "z2l0ahvix3bhdf"),
    ),
    _own(
        "github-token", r"eC1hY2Nlc3MtdG9rZW46[A-Za-z0-9+/]{16,800}={0,2}", "ec1hy2nlc3mtdg9rzw46"
    ),
    _own("anthropic-key", r"c2stYW50L[A-Za-z0-9+/]{20,800}={0,2}", "c2styw50l"),
    Rule(
        "private-key",
        r"LS0tLS1CRUdJTi[A-Za-z0-9+/]{40,60000}={0,2}",
        ("ls0tls1crudjti",),
        accept=_is_private_key,
    ),
    _own("age-key", r"AGE-SECRET-KEY-1[A-Z0-9]{58}", "age-secret-key-1", digit=False),
    _own("sonar-token", _B + r"sq[upa]_[a-f0-9]{40}", "squ_", "sqp_", "sqa_"),
    _own("e2b-key", _B + r"e2b_[a-f0-9]{40}", "e2b_"),
    _own("pulumi-token", _B + r"pul-[a-f0-9]{40}", "pul-"),
    _own("crates-token", _B + r"cio[A-Za-z0-9]{32}" + _E, "cio", entropy=3.8),
    _own("nuget-key", _B + r"oy2[a-z0-9]{43}" + _E, "oy2"),
    _own("sendgrid-key", _B + r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}", "sg."),
    _own("mailgun-key", _B + r"key-[a-f0-9]{32}" + _E, "key-"),
    _own("mailchimp-key", _B + r"[a-f0-9]{32}-us\d{1,2}" + _E, "-us"),
    _own("vault-token", _B + r"hv[sbr]\.[A-Za-z0-9_-]{20,300}", "hvs.", "hvb.", "hvr."),
    _own("vault-token", _B + r"s\.[A-Za-z0-9]{24}" + _E, " s.", "=s.", '"s.', ":s.", entropy=3.8),
    _own("asana-token", r"(?<!\d)[012]/\d{14,18}(?:/\d{14,18})?:[a-f0-9]{32}", "0/", "1/", "2/"),
    _own("mapbox-token", _B + r"[sp]k\.eyJ[A-Za-z0-9_-]{20,200}\.[A-Za-z0-9_-]{16,40}", "k.eyj"),
    _own("sentry-dsn", r"https?://([a-f0-9]{32}(?::[a-f0-9]{32})?)@[\w.-]+/\d+", "@"),
    _own("jwk", r"\"d\"\s{0,3}:\s{0,3}\"([A-Za-z0-9_-]{40,1500})\"", '"d"'),
    _own(
        "password-hash",
        r"\$(?:2[abxy]|5|6|y|apr1|argon2i?d?|scrypt)\$[A-Za-z0-9./$=,+-]{20,200}",
        *("$2", "$5$", "$6$", "$y$", "$apr1$", "$argon2", "$scrypt"),
        entropy=3.0,
    ),
)
