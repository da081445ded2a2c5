// What upgrade-victim calls; built once for each version of it.

extern "C" int upgradeVictimAnswer() {
    return ENTRACTE_VICTIM_VERSION;
}
