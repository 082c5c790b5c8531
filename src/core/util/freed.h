// A deleter that calls a function of a C library: std::unique_ptr<BIO, Freed<BIO_free>>. Stateless.
#pragma once

namespace warp::util {

template <auto Free>
struct Freed
{
    template <class T>
    void operator()(T* object) const
    {
        Free(object);
    }
};

} // namespace warp::util
