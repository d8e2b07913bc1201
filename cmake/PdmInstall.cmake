# Installed package: find_package(pdm) gives pdm::edge, pdm::pdm and pdm::c. Completed with the package tests.
