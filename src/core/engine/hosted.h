// Hosted<T>: an object that lives on one executor. It is made, used and destroyed there; others
// hold a reference and post calls. Owned by the engine, which outlives its executors' tasks.
#pragma once

#include "core/util/executor.h"

#include <functional>
#include <memory>
#include <utility>

namespace warp::engine {

template <class T>
class Hosted
{
public:
    /// Before any other call; the executor must outlive every post().
    void attach(util::Executor& executor) { m_executor = &executor; }

    [[nodiscard]] util::Executor& executor() const { return *m_executor; }

    /// Makes the object on its executor.
    void emplace(std::function<std::unique_ptr<T>()> make)
    {
        m_executor->post([this, make = std::move(make)] { m_object = make(); });
    }

    /// Takes an object that was made on the executor, at once. On the executor only.
    void adopt(std::unique_ptr<T> object)
    {
        WARP_EXPECT_EXECUTOR(*m_executor);
        m_object = std::move(object);
    }

    /// Calls `use` with the object on its executor, unless it is gone by then. Any thread.
    void post(std::function<void(T&)> use)
    {
        m_executor->post([this, use = std::move(use)] {
            if (m_object) {
                use(*m_object);
            }
        });
    }

    /// Calls `use` at once. On the executor only.
    template <class Use>
    void use(Use&& use)
    {
        WARP_EXPECT_EXECUTOR(*m_executor);
        if (m_object) {
            use(*m_object);
        }
    }

    /// Destroys the object on its executor, then calls `done` there. Any thread.
    void reset(util::Task done)
    {
        m_executor->post([this, done = std::move(done)] {
            m_object.reset();
            if (done) {
                done();
            }
        });
    }

private:
    util::Executor* m_executor = nullptr;
    std::unique_ptr<T> m_object; ///< touched on the executor alone
};

} // namespace warp::engine
