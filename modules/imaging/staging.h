#pragma once
// Images on their way from an archive to whoever asked (platform/blob/staging_budget.h).

#include "platform/blob/staging_budget.h"

namespace musubi::imaging {

using blob::StagingBudget;
using blob::StagingShare;
using StagedImage = blob::PassingContent;

}  // namespace musubi::imaging
