// Qt Test ends its watchdog thread through locks of Qt's own, which ThreadSanitizer cannot see in a
// library that was built without it. Only calls made directly by Qt Test and by the end of Qt's
// condition variable are left out; our own code keeps all its reports, also on QThreads.
// libzmq hands messages from its threads to ours through atomics of its own, which are as
// invisible: what it does with memory is not looked at.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)

extern "C" const char* __tsan_default_suppressions()
{
    return "race:libQt6Test.so\n"
           "race:~QWaitCondition\n"
           "called_from_lib:libzmq.so\n";
}

#endif
#endif
