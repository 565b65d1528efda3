#pragma once
// Internal to atna: the module as a node that only reads runs it. It records and answers ITI-81;
// nothing is sealed, sent, signed or reviewed there.

#include "core/module.h"

#include <filesystem>

namespace musubi::atna {

/// `folder` and `segment_bytes` are those of the journal; it lies in `folder`/stand-in.
struct StandInModuleSettings {
    std::filesystem::path folder;
    std::uint64_t segment_bytes = 0;
    std::int64_t alarm_bytes = 0;
    std::vector<std::string> regional_authorities;
};
Result<std::unique_ptr<core::Module>> make_stand_in_module(core::ModuleContext& context,
                                                           StandInModuleSettings settings);

}  // namespace musubi::atna
