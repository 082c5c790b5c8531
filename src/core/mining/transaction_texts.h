// Keeps the text of each transaction once, however many templates have it: refreshed templates
// differ in few transactions, and jobs of twelve minutes hold dozens of templates. Owned by the
// work executor; the texts themselves are immutable and live as long as a template has them.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/mining/block_template.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace warp::mining {

class TransactionTexts final
{
public:
    /// The same template with one part a transaction, shared with earlier templates where both have
    /// it; `newTextBytes` says what this one added. A template of more than one part is returned as
    /// it is.
    [[nodiscard]] std::shared_ptr<const BlockTemplate>
    intern(const std::shared_ptr<const BlockTemplate>& source);

    /// Texts that are known, some of them perhaps gone by now.
    [[nodiscard]] std::size_t size() const { return m_texts.size(); }

private:
    using Text = std::shared_ptr<const std::string>;

    [[nodiscard]] Text find(const bitcoin::Hash256& wtxid, std::string_view text);
    void sweep();

    std::unordered_map<bitcoin::Hash256, std::weak_ptr<const std::string>> m_texts; ///< by wtxid
    std::size_t m_sweepAt = 4096; ///< entries at which the dead ones are looked for
};

} // namespace warp::mining
