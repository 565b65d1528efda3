#include "node/node_config.h"

#include "node/config_check.h"
#include "node/linked_modules.h"
#include "node/location_check.h"
#include "node/maintenance/terms.h"

#include <charconv>

namespace musubi::node {

std::vector<core::ConfigKey> node_config_keys() {
    using enum core::ConfigType;
    return {
        {.key = "node.region",
         .type = kText,
         .default_value = "",
         .doc = "name of the region, for people",
         .required = true},
        {.key = "node.home_community_id",
         .type = kText,
         .default_value = "",
         .doc = "homeCommunityId of this community: urn:oid:...",
         .required = true},
        {.key = "node.audit_source_id",
         .type = kText,
         .default_value = "musubi",
         .doc = "AuditSourceID in every audit record: unique among the region's systems"},
        {.key = "node.public_url",
         .type = kText,
         .default_value = "",
         .doc = "https://host:port as peers reach it; empty: https://localhost and the port of "
                "listen.https"},
        {.key = "node.request_deadline",
         .type = kDurationMs,
         .default_value = "10s",
         .doc = "how long one request may take once it was received: then its database work ends, "
                "nothing is changed, and it is answered busy; waiting for a registry elsewhere has "
                "its own limit",
         .min = 1000,
         .max = 300'000},
        {.key = "node.read_only",
         .type = kBoolean,
         .default_value = "false",
         .doc = "stands in for the node that writes, on a replica of its database (hot standby): "
                "queries and retrieves are served, whatever changes something is answered busy; "
                "only where the agreement provides for it (emergency.stand_in). Audit records go "
                "into the folder stand-in under atna.journal_folder, for `musubi audit reconcile`"},
        {.key = "node.drain_timeout",
         .type = kDurationMs,
         .default_value = "20s",
         .doc = "how long running requests may finish after SIGTERM",
         .min = 0,
         .max = 600'000},
        {.key = "modules.disabled",
         .type = kTextList,
         .default_value = "registry_link",
         .doc = "modules without endpoint, migration or thread; registry and registry_link exclude "
                "each other"},
        {.key = "listen.https",
         .type = kText,
         .default_value = "0.0.0.0:8443",
         .doc = "SOAP over mutual TLS"},
        {.key = "listen.mllp",
         .type = kText,
         .default_value = "0.0.0.0:2575",
         .doc = "HL7 v2 over MLLP and mutual TLS; empty: no such door"},
        {.key = "listen.https_profile",
         .type = kText,
         .default_value = "",
         .doc = "TLS profile of this door; empty: tls.profile"},
        {.key = "listen.mllp_profile",
         .type = kText,
         .default_value = "",
         .doc = "TLS profile of this door; empty: tls.profile"},
        {.key = "listen.syslog_profile",
         .type = kText,
         .default_value = "",
         .doc = "TLS profile of this door; empty: tls.profile"},
        {.key = "listen.syslog",
         .type = kText,
         .default_value = "",
         .doc = "audit messages of members over mutual TLS (ITI-20, RFC 5425), by convention port "
                "6514; empty: no such door"},
        {.key = "listen.syslog_udp",
         .type = kText,
         .default_value = "",
         .doc = "audit messages as datagrams (RFC 5426); nobody proves who sends them: only on "
                "physically protected networks; empty: no such door"},
        {.key = "listen.syslog_rate",
         .type = kInteger,
         .default_value = "0",
         .doc = "audit messages a second that a member may deliver on average; beyond it waits, "
                "nothing is dropped; 0: no limit",
         .min = 0,
         .max = 1'000'000},
        {.key = "listen.operator",
         .type = kText,
         .default_value = "127.0.0.1:9464",
         .doc = "health and metrics, plain HTTP, loopback addresses only"},
        {.key = "listen.max_connections",
         .type = kInteger,
         .default_value = "16384",
         .doc = "connections of the HTTPS door in total",
         .min = 16,
         .max = 1'000'000},
        {.key = "listen.workers",
         .type = kInteger,
         .default_value = "56",
         .doc = "threads of the HTTPS door",
         .min = 4,
         .max = 1024},
        {.key = "listen.in_flight",
         .type = kInteger,
         .default_value = "32",
         .doc = "requests worked on at once; one more waits two seconds, then is told busy",
         .min = 1,
         .max = 512},
        {.key = "listen.mllp_in_flight",
         .type = kInteger,
         .default_value = "8",
         .doc = "HL7 v2 messages worked on at once; one more waits two seconds, then is told busy. "
                "The door has four threads more than this",
         .min = 1,
         .max = 256},
        {.key = "listen.mllp_connections",
         .type = kInteger,
         .default_value = "4096",
         .doc = "connections of the MLLP door in total",
         .min = 16,
         .max = 1'000'000},
        {.key = "listen.mllp_idle",
         .type = kDurationMs,
         .default_value = "60s",
         .doc = "how long a connection of the MLLP door may stay open without a message; for "
                "systems that keep theirs all day and do not open a new one",
         .min = 1000,
         .max = 86'400'000},
        {.key = "listen.mllp_message",
         .type = kInteger,
         .default_value = "4194304",
         .doc = "octets of one HL7 v2 message",
         .min = 65'536,
         .max = 67'108'864},
        {.key = "tls.certificate",
         .type = kPath,
         .default_value = "",
         .doc = "PEM: the node's certificate and chain",
         .required = true,
         .needs_restart = false},
        {.key = "tls.key",
         .type = kPath,
         .default_value = "",
         .doc = "PEM: its private key",
         .required = true,
         .needs_restart = false},
        {.key = "tls.ca",
         .type = kPath,
         .default_value = "",
         .doc = "PEM: authorities whose certificates are believed",
         .required = true,
         .needs_restart = false},
        {.key = "tls.crl",
         .type = kPath,
         .default_value = "",
         .doc = "PEM: revocation lists; empty: none checked",
         .needs_restart = false},
        {.key = "tls.profile",
         .type = kText,
         .default_value = "jp-high-compat",
         .doc = "jp-high (TLS 1.3 only), jp-high-compat (TLS 1.2 or 1.3) or ihe-bcp195 (events); "
                "for the doors, where they do not say otherwise, and for calls to others"},
        {.key = "tls.second_certificate",
         .type = kPath,
         .default_value = "",
         .doc = "PEM: a second certificate and chain of the node with another kind of key (RSA "
                "beside EC), for peers that know only one; empty: none",
         .needs_restart = false},
        {.key = "tls.second_key",
         .type = kPath,
         .default_value = "",
         .doc = "PEM: its private key",
         .needs_restart = false},
        {.key = "tls.check_server_name",
         .type = kBoolean,
         .default_value = "true",
         .doc = "calls to others: the server's certificate must carry the name or address that was "
                "called in its subjectAltName (ITI TF-2 3.19.6.1.4); false only for events whose "
                "test certificates name nobody"},
        {.key = "tls.ocsp",
         .type = kText,
         .default_value = "off",
         .doc = "ask a responder whether certificates were withdrawn (RFC 6960), beside tls.crl: "
                "off; soft (who is named as revoked is refused, without an answer the certificate "
                "holds); hard (without an answer it is refused)"},
        {.key = "tls.ocsp_responder",
         .type = kText,
         .default_value = "",
         .doc = "http:// URL that is asked about every certificate; empty: what the certificate "
                "itself names, if tls.ocsp_hosts allows it"},
        {.key = "tls.ocsp_hosts",
         .type = kTextList,
         .default_value = "",
         .doc = "hosts of responders that certificates may name"},
        {.key = "tls.ocsp_timeout",
         .type = kDurationMs,
         .default_value = "3s",
         .doc = "how long one question to a responder may take; a new connection waits that long, "
                "no thread does",
         .min = 1000,
         .max = 60'000},
        {.key = "database.owner",
         .type = kText,
         .default_value = "",
         .doc =
             "connection of the role that may change the structure; used by `musubi migrate` only",
         .secret = true},
        {.key = "database.serving",
         .type = kText,
         .default_value = "",
         .doc = "connection of the serving role",
         .required = true,
         .secret = true},
        {.key = "database.report",
         .type = kText,
         .default_value = "",
         .doc = "connection of the reporting role; empty: as serving",
         .secret = true},
        {.key = "database.pool_size",
         .type = kInteger,
         .default_value = "16",
         .doc = "connections at most",
         .min = 2,
         .max = 500},
        {.key = "keys.folder",
         .type = kPath,
         .default_value = "keys",
         .doc = "wrapped data keys of the institutions"},
        {.key = "keys.master_key_file",
         .type = kPath,
         .default_value = "keys/master.key",
         .doc = "the master key (mode 0600); made at the first start"},
        {.key = "operators.required",
         .type = kBoolean,
         .default_value = "false",
         .doc = "operators' commands on the data of this node (consent, patient, audit, emergency, "
                "policy explain ...) demand `musubi operator login`: a certificate's key and a "
                "code by time"},
        {.key = "operators.folder",
         .type = kPath,
         .default_value = "operators",
         .doc = "who the operators are, and their sessions, sealed"},
        {.key = "operators.session",
         .type = kDurationMs,
         .default_value = "15min",
         .doc = "how long a login counts",
         .min = 1000,
         .max = 43'200'000},
        {.key = "keys.master",
         .type = kText,
         .default_value = "",
         .doc = "another place of the master key: shares:FILE,FILE,... (as many as it needs; "
                "/dev/fd/N for descriptors) or "
                "pkcs11:token=T;object=O?module-path=FILE&pin-source=file:FILE (RFC 7512); empty: "
                "keys.master_key_file"},
        {.key = "keys.previous_master",
         .type = kText,
         .default_value = "",
         .doc = "the master key before it, a file's path or as above: accepted until `musubi keys "
                "rewrap` is done"},
        {.key = "keys.officers",
         .type = kPathList,
         .default_value = "",
         .doc = "certificates (PEM) of the officers, two of whom must sign before an operator may "
                "open a document (`musubi keys open`) or destroy keys (`musubi keys erase`); "
                "empty: nobody may"},
        {.key = "keys.holds",
         .type = kTextList,
         .default_value = "",
         .doc = "members (code or institution OID, or any) whose data keys must not be destroyed "
                "for the time being, beside the holds of the agreement (`musubi keys erase`)"},
        {.key = "backup.key",
         .type = kText,
         .default_value = "",
         .doc = "master key of backups, another one than the node's: a file's path, or as "
                "keys.master"},
        {.key = "backup.rehearsal_database",
         .type = kText,
         .default_value = "",
         .doc = "connection, as the owner role, of a database that `musubi restore --rehearse` "
                "fills and empties",
         .secret = true},
        {.key = "backup.rehearsal_folder",
         .type = kPath,
         .default_value = "",
         .doc = "folder that `musubi restore --rehearse` fills and empties"},
        {.key = "blob.folder", .type = kPath, .default_value = "blobs", .doc = "documents, sealed"},
        {.key = "blob.small_limit",
         .type = kInteger,
         .default_value = "262144",
         .doc = "documents up to this many octets lie together in segment files",
         .min = 0,
         .max = 16'777'216},
        {.key = "affinity_domain.packs",
         .type = kPathList,
         .default_value = "",
         .doc = "code sets that the affinity domain agreed on: packs (profiles/) or files in the "
                "codes.xml form (.xml), which add codes; whether a set is enforced the packs say",
         .required = true},
        {.key = "soap.validate_schema",
         .type = kBoolean,
         .default_value = "true",
         .doc = "check every message against the schemas of the standard"},
        {.key = "log.level",
         .type = kText,
         .default_value = "info",
         .doc = "debug, info, warning or error"},
    };
}

Result<Address> parse_address(std::string_view text) {
    std::size_t const colon = text.rfind(':');
    Address address;
    if (colon == std::string_view::npos)
        return Error(Code::kInvalidContent, "expected ADDRESS:PORT");
    address.host = text.substr(0, colon);
    std::string_view const port = text.substr(colon + 1);
    auto const [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (error != std::errc() || end != port.data() + port.size() || address.host.empty()) {
        return Error(Code::kInvalidContent, "expected ADDRESS:PORT");
    }
    return address;
}

std::vector<core::ConfigKey> all_config_keys() {
    std::vector<core::ConfigKey> keys = node_config_keys();
    for (core::ConfigKey const& key : maintenance_config_keys()) keys.push_back(key);
    for (core::ConfigKey const& key : location_config_keys()) keys.push_back(key);
    for (auto const* module : linked_modules()) {
        keys.insert(keys.end(), module->config_keys.begin(), module->config_keys.end());
    }
    return keys;
}

Result<core::Config> load_config(std::string const& file) {
    std::vector<core::ConfigKey> keys = all_config_keys();
    std::vector<core::ConfigKey> optional = keys;
    for (core::ConfigKey& key : optional) key.required = false;
    auto const peek = core::Config::load(file, optional);
    if (peek) {
        for (std::string const& module : peek->list("modules.disabled")) {
            for (core::ConfigKey& key : keys) {
                if (key.key.starts_with(module + ".")) key.required = false;
            }
        }
    }
    auto config = TRY(core::Config::load(file, keys));
    TRY(check_values(config));
    return config;
}

}  // namespace musubi::node
