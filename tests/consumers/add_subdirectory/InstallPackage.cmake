# SPDX-License-Identifier: BSD-3-Clause
message(FATAL_ERROR "a file of the project's own is taken for one of twofold's")
