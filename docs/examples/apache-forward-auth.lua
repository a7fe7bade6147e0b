-- Asks Access Panel before each request whether it may go on, and as whom. Apache has no module that does; this is one,
-- for mod_lua and lua-socket. apache.conf says what to ask, and for which host.

local http = require "socket.http"
local ltn12 = require "ltn12"

-- Seconds. Nobody is let in without an answer.
http.TIMEOUT = 5

local OURS = "/.access-panel/"
local PASSED = { "Cookie", "Accept", "Accept-Language", "Sec-Fetch-Mode", "X-Requested-With", "User-Agent" }
local TOLD = { "Remote-User", "Remote-Name", "Remote-Email", "Remote-Groups", "Remote-Id", "Remote-Type", "X-Access-Panel-Jwt" }

-- Many apps read Remote_User and Remote-User as the same, some Remote.User, too.
local function plain(name)
    return (name:lower():gsub("[^%w]", "-"))
end

local function drop_forged(r)
    for name in pairs(r:headers_in_table()) do
        if plain(name):find("^remote%-") or plain(name):find("^x%-access%-panel%-") then
            r.headers_in[name] = nil
        end
    end
end

-- Apache drops the headers that the client's Connection names, after this script: ours would not reach the app, which
-- would take a guest for a member, or somebody for nobody. No browser names them.
local function drops_ours(r)
    local named = plain(r.headers_in["Connection"] or "")
    return named:find("remote%-") or named:find("x%-access%-panel%-")
end

function ask_access_panel(r)
    if drops_ours(r) then
        return 400
    end
    drop_forged(r)
    if r.uri:sub(1, #OURS) == OURS then
        return apache2.OK
    end
    local asked = {
        ["X-Forwarded-Host"] = r.subprocess_env["ACCESS_PANEL_HOST"],
        ["X-Forwarded-Proto"] = r.is_https and "https" or "http",
        ["X-Forwarded-Method"] = r.method,
        ["X-Forwarded-Uri"] = r.unparsed_uri,
    }
    for _, name in ipairs(PASSED) do
        asked[name] = r.headers_in[name]
    end
    local answered, status, answer = http.request {
        url = r.subprocess_env["ACCESS_PANEL_ASK"],
        headers = asked,
        redirect = false,
        sink = ltn12.sink.null(),
    }
    if not answered then
        r:err("Access Panel does not answer: " .. tostring(status))
        return 503
    end
    if status == 200 then
        for _, name in ipairs(TOLD) do
            r.headers_in[name] = answer[name:lower()]
        end
        return apache2.OK
    end
    -- Pages are led to the sign-in. Scripts and forms get 401: a redirect would lead them nowhere.
    if status == 401 and answer.location then
        r.err_headers_out["Cache-Control"] = "no-store"
        r.headers_out["Location"] = answer.location
        return 302
    end
    if status == 401 or status == 403 then
        return status
    end
    r:err("Access Panel answers " .. tostring(status) .. ": is this host registered there?")
    return 503
end
