# SPDX-License-Identifier: MIT
# A program for distributions other than the one it is built on (rpm, deb for others, tar.gz). What differs between them
# comes along: libh2o and libwslay beside it, in lib/outrider, which packaging/portable-tree puts there; fmt, spdlog,
# libgumbo and libstdc++ inside. OpenSSL 3, libuv, LuaJIT, libsystemd and libcap are the system's, by soname.
option(OUTRIDER_PORTABLE "Bring along what distributions have in different versions" OFF)

set(outrider_fmt fmt::fmt)
set(outrider_spdlog spdlog::spdlog)
set(outrider_gumbo PkgConfig::GUMBO)
set(outrider_bundled "")
if(OUTRIDER_PORTABLE)
  set(outrider_fmt fmt::fmt-header-only)
  set(outrider_spdlog spdlog::spdlog_header_only)
  find_library(GUMBO_STATIC libgumbo.a REQUIRED)
  set(outrider_gumbo ${GUMBO_STATIC})
  # libh2o finds libwslay by the program's RUNPATH only if the program names it, which uses nothing of it.
  find_library(WSLAY_SHARED libwslay.so.1 REQUIRED)
  add_library(outrider_old_libc OBJECT packaging/arc4random.cc)
  set(outrider_bundled $<TARGET_OBJECTS:outrider_old_libc> "-Wl,--no-as-needed" ${WSLAY_SHARED} "-Wl,--as-needed")
  add_link_options(-static-libstdc++)
  set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib/outrider")
endif()
