-- Asks Roster whether a request may pass: http-request lua.roster http://ROSTER/authorize/forward/POLICY
-- Whatever is not a clear yes is a no.

local IDENTITY = { "x-roster-user-id", "x-roster-email", "x-roster-roles", "x-roster-scopes", "x-roster-client-id" }
local TOLD_TO_CLIENTS = { "www-authenticate", "content-type", "retry-after", "x-request-id" }

-- HAProxy counts the values of a header from 0.
local function values_of(header)
    local values = {}
    if header ~= nil then
        for index = 0, #header do
            values[#values + 1] = header[index]
        end
    end
    return values
end

local function question(txn)
    local headers = txn.http:req_get_headers()
    local asked = {
        ["x-forwarded-method"] = { txn.sf:method() },
        ["x-forwarded-uri"] = { txn.sf:pathq() },
        ["x-forwarded-for"] = { txn.sf:src() },
    }
    for _, name in ipairs({ "authorization", "x-request-id" }) do
        local values = values_of(headers[name])
        if #values > 0 then
            asked[name] = values
        end
    end
    return asked
end

local function refuse(txn, status, headers, body)
    local reply = txn:reply()
    reply:set_status(status)
    for _, name in ipairs(TOLD_TO_CLIENTS) do
        for _, value in ipairs(values_of(headers[name])) do
            reply:add_header(name, value)
        end
    end
    reply:set_body(body)
    txn:done(reply)
end

local function ask(txn, url)
    local answer = core.httpclient():get({ url = url, headers = question(txn), timeout = 5000 })
    if answer == nil or answer.status == nil or answer.status == 0 then
        return 503, {}, ""
    end
    return answer.status, answer.headers or {}, answer.body or ""
end

core.register_action("roster", { "http-req" }, function(txn, url)
    local asked, status, headers, body = pcall(ask, txn, url)
    if not asked then
        return refuse(txn, 503, {}, "")
    end
    if status ~= 200 then
        return refuse(txn, status >= 400 and status or 503, headers, body)
    end
    for _, name in ipairs(IDENTITY) do
        -- An allow without one of them is none of Roster's.
        local value = values_of(headers[name])[1]
        if value == nil then
            return refuse(txn, 503, {}, "")
        end
        txn.http:req_set_header(name, value)
    end
end, 1)
